// The ffmpeg run that joins composed slots: pictures copied, sound encoded once, chapters from a text beside them.
import { concatInputOptions } from '../concat-list.ts';
import { ffmpegArgs, fileUrl } from '../ffmpeg-args.ts';

export interface JoinChapter {
  /** In the joined video. */
  startSeconds: number;
  title: string;
}

/**
 * Times of pictures leave Matroska's milliseconds for ticks of the frame rate, and sound is counted by samples, not by its times: the
 * joint adds and drops nothing. What the AAC encoder puts before the first sample is hidden by the edit list.
 */
export function joinArgs(spec: {
  listPath: string;
  chaptersPath: string;
  frameRate: number;
  /** The slots describe their pictures alike: packets need not pass through start codes. */
  keepsPackets: boolean;
  outPath: string;
}): string[] {
  return ffmpegArgs({
    inputs: [
      {
        options: [...(spec.keepsPackets ? ['-auto_convert', '0'] : []), ...concatInputOptions],
        source: fileUrl(spec.listPath),
      },
      { options: ['-protocol_whitelist', 'file', '-f', 'ffmetadata'], source: fileUrl(spec.chaptersPath) },
    ],
    outputs: [
      {
        options: [
          ...[
            '-map',
            '0:v:0',
            '-c:v',
            'copy',
            '-bsf:v',
            `setts=pts=PTS:dts=DTS:time_base=1/${spec.frameRate}`,
          ],
          ...['-map', '0:a:0', '-af', 'asetpts=N/SR/TB', '-c:a', 'aac', '-b:a', '160k'],
          ...['-map_metadata', '1', '-map_chapters', '1', '-movflags', '+faststart', '-f', 'mp4'],
        ],
        target: fileUrl(spec.outPath),
      },
    ],
  });
}

/** The text that ffmpeg reads title and chapters from; a chapter ends where the next one begins. */
export function chaptersText(spec: {
  title: string;
  chapters: readonly JoinChapter[];
  durationSeconds: number;
}): string {
  const starts = spec.chapters.map(({ startSeconds }) => Math.round(startSeconds * 1000));
  const endMs = Math.round(spec.durationSeconds * 1000);
  const chapters = spec.chapters.flatMap(({ title }, index) => [
    '[CHAPTER]',
    'TIMEBASE=1/1000',
    `START=${starts[index]}`,
    `END=${starts[index + 1] ?? endMs}`,
    `title=${escaped(title)}`,
  ]);
  return [';FFMETADATA1', `title=${escaped(spec.title)}`, ...chapters, ''].join('\n');
}

/** Five characters mean something in this text; a line break would begin another key. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/[=;#\\]/g, '\\$&');
