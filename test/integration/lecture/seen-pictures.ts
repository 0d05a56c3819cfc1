// What a composed video shows and sounds like, decoded with ffmpeg: which source stands in a pane, where pictures flash and sound begins.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

async function decoded(args: readonly string[]): Promise<Buffer> {
  const { stdout } = await run('ffmpeg', ['-nostdin', '-v', 'error', ...args, '-'], {
    encoding: 'buffer',
    maxBuffer: 1 << 28,
  });
  return stdout;
}

const small = 'scale=64:36:flags=area';

/** 64×36 RGB of the picture at this moment, after the filter. */
export async function pictureAt({ path, seconds }: Moment, filter: string): Promise<Buffer> {
  const seek = ['-ss', seconds.toFixed(3), '-i', `file:${path}`];
  return await decoded([
    ...seek,
    '-frames:v',
    '1',
    '-vf',
    `${filter},${small}`,
    '-f',
    'rawvideo',
    '-pix_fmt',
    'rgb24',
  ]);
}

export interface Moment {
  path: string;
  seconds: number;
}

/** `copy` is a source's own picture, as the backup has it. */
export type Pane = 'left' | 'right' | 'whole' | 'copy';

const crops: Record<Pane, string> = {
  left: 'crop=iw/2:ih:0:0',
  right: 'crop=iw/2:ih:iw/2:0',
  whole: 'null',
  copy: 'null',
};

/** Panes of the tests' rooms are 160×90. */
const fitted = (pane: Pane): string => {
  if (pane === 'copy') return 'null';
  const size = pane === 'whole' ? '320:90' : '160:90';
  return `scale=${size}:force_original_aspect_ratio=decrease,setsar=1,pad=${size}:(ow-iw)/2:(oh-ih)/2`;
};

function distance(a: Buffer, b: Buffer): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += Math.abs(a[at]! - b[at]!);
  return sum / a.length;
}

/** Mean difference of a byte that encoding and scaling account for; other sources of the tests differ by more than 25. */
const nearDistance = 12;

const mean = (picture: Buffer): number => picture.reduce((sum, value) => sum + value, 0) / picture.length;

/** The one of the sources that the pane shows; `dark` for a caption on dark ground, `unknown` for anything else. */
export async function shownIn(
  pane: Pane,
  video: Moment,
  sources: Readonly<Record<string, Moment>>,
): Promise<string> {
  const seen = await pictureAt(video, crops[pane]);
  for (const [name, source] of Object.entries(sources))
    if (distance(seen, await pictureAt(source, fitted(pane))) < nearDistance) return name;
  return mean(seen) < 60 ? 'dark' : 'unknown';
}

/** Numbers of the frames at which the left and the right half turn white. */
export async function flashesOf(path: string): Promise<{ left: number[]; right: number[] }> {
  const halves = await decoded([
    ...['-i', `file:${path}`, '-vf', 'scale=2:1:flags=area', '-fps_mode', 'passthrough'],
    ...['-f', 'rawvideo', '-pix_fmt', 'gray'],
  ]);
  const of = (side: 0 | 1): number[] => {
    const bright = [...halves].filter((_, at) => at % 2 === side).map((value) => value > 170);
    return bright.flatMap((is, frame) => (is && !bright[frame - 1] ? [frame] : []));
  };
  return { left: of(0), right: of(1) };
}

const samplesPerSecond = 8000;

/** Seconds at which sound begins after a quarter of a second without any. */
export async function beepsOf(path: string): Promise<number[]> {
  const bytes = await decoded([
    ...['-i', `file:${path}`, '-map', '0:a', '-ac', '1', '-ar', String(samplesPerSecond), '-f', 's16le'],
  ]);
  const beeps: number[] = [];
  let lastLoud = -samplesPerSecond;
  for (let at = 0; at < bytes.length / 2; at++) {
    if (Math.abs(bytes.readInt16LE(at * 2)) < 600) continue;
    if (at - lastLoud > samplesPerSecond / 4) beeps.push(at / samplesPerSecond);
    lastLoud = at;
  }
  return beeps;
}

export interface Probed {
  frames: number;
  durationSeconds: number;
  size: string;
  codecs: string[];
  chapters: { startSeconds: number; title: string }[];
}

interface FfprobeAnswer {
  streams: {
    codec_name: string;
    codec_type: string;
    width: number;
    height: number;
    nb_read_packets: string;
  }[];
  chapters: { start_time: string; tags?: { title?: string } }[];
  format: { duration: string };
}

export async function probe(path: string): Promise<Probed> {
  const { stdout } = await run('ffprobe', [
    ...['-v', 'error', '-count_packets', '-show_streams', '-show_chapters', '-show_format', '-of', 'json'],
    `file:${path}`,
  ]);
  const { streams, chapters, format } = JSON.parse(stdout) as FfprobeAnswer;
  // Chapters of an MP4 are a stream of text.
  const media = streams.filter(({ codec_type }) => codec_type !== 'data');
  const video = media.find(({ codec_type }) => codec_type === 'video')!;
  return {
    frames: Number(video.nb_read_packets),
    durationSeconds: Number(format.duration),
    size: `${video.width}x${video.height}`,
    codecs: media.map(({ codec_name }) => codec_name),
    chapters: chapters.map(({ start_time, tags }) => ({
      startSeconds: Number(start_time),
      title: tags?.title ?? '',
    })),
  };
}
