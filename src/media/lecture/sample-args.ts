// The one ffmpeg run that takes a small picture at each of several moments of a file, and what it says about them.
import { pictureHeight, pictureWidth } from '../../domain/blank-picture.ts';
import type { ContainerName } from '../../domain/gap-report.ts';
import { demuxerName } from '../concat-list.ts';
import { ffmpegArgs, fileUrl } from '../ffmpeg-args.ts';

/**
 * `keyFrames`: the key frame at or before each moment, decoded alone; `exact`: the first frame at or after it; `fromStart`: the same, and
 * moments count from the file's beginning instead of being times of its clock.
 */
export type SamplingWay = 'keyFrames' | 'exact' | 'fromStart';

/** Without `-copyts` ffmpeg would hide a jump: a transport stream that is sought past its end answers with another moment's time. */
const wayOptions: Record<SamplingWay, readonly string[]> = {
  keyFrames: ['-copyts', '-seek_timestamp', '1', '-skip_frame', 'nokey'],
  exact: ['-copyts', '-seek_timestamp', '1'],
  fromStart: ['-copyts', '-start_at_zero'],
};

/**
 * A moment in a damaged stretch decodes nothing but errors, which would end the whole run. The report of progress goes to stderr, because
 * stdout carries pictures: it stops when ffmpeg waits for its input, and goes on while it decodes its way to a picture.
 */
export const samplingOptions = ['-max_error_rate', '1', '-progress', 'pipe:2', '-stats_period', '0.5'];

/**
 * Each moment is an input of its own, and their first frames follow one another as raw pictures on stdout; the lines of `showinfo` on
 * stderr say which moments gave one.
 * @param spec moments: seconds
 */
export function sampleArgs(spec: {
  path: string;
  container: ContainerName;
  moments: readonly number[];
  way: SamplingWay;
}): string[] {
  const moments = spec.moments.map((seconds) => Math.max(0, seconds).toFixed(3));
  const small = `scale=${pictureWidth}:${pictureHeight}:flags=area,format=rgb24,setsar=1`;
  const legs = moments.map((seconds, at) => {
    const first = `${spec.way === 'keyFrames' ? '' : `trim=start=${seconds},`}trim=end_frame=1`;
    return `[${at}:v:0]${first},${small},setpts=PTS-${seconds}/TB,showinfo@m${at}=checksum=0[p${at}]`;
  });
  const all = moments.map((_, at) => `[p${at}]`).join('');
  const graph = `${legs.join(';')};${all}concat=n=${moments.length},setpts=N/TB[out]`;
  return ffmpegArgs({
    inputs: moments.map((seconds) => ({
      options: [
        ...['-protocol_whitelist', 'file', '-format_whitelist', demuxerName[spec.container]],
        ...['-threads', '1', '-an'],
        ...[...wayOptions[spec.way], '-noaccurate_seek', '-ss', seconds],
      ],
      source: fileUrl(spec.path),
    })),
    outputs: [
      {
        options: [
          ...['-filter_complex_threads', '1', '-filter_complex', graph, '-map', '[out]'],
          ...['-fps_mode', 'passthrough', ...samplingOptions, '-f', 'rawvideo'],
        ],
        target: 'pipe:1',
      },
    ],
    progress: false,
    logLevel: 'info',
  });
}

/** A line that says that a moment gave a picture: its number, and how far from the moment the picture is, in seconds. */
export function readShown(line: string): { moment: number; awaySeconds: number } | undefined {
  const match = /^\[[^\]]*@m(\d+) @ [^\]]*\] n: *0 pts: *\S+ pts_time: *(-?[\d.]+)/.exec(line);
  return match ? { moment: Number(match[1]), awaySeconds: Number(match[2]) } : undefined;
}
