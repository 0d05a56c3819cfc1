// Clips of what a lecture screen shows, scene after scene, made at test time: slides, a bare colour, noise, a no-signal card.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface Scene {
  seconds: number;
  picture: keyof typeof pictures;
}

const size = 's=640x360:r=2';
const words = (y: number, width: number): string => `drawbox=x=50:y=${y}:w=${width}:h=16:color=gray:t=fill`;
const slide = (background: string, ...lines: [number, number][]): string =>
  [`color=${background}:${size}`, ...lines.map(([y, width]) => words(y, width))].join(',');

/** Slides differ in their background, so that a test can tell them apart. */
const pictures = {
  whiteSlide: slide('white', [40, 320], [120, 400], [160, 260]),
  yellowSlide: slide('yellow', [40, 200], [120, 300], [200, 420]),
  greenSlide: slide('0x004000', [60, 380], [200, 160]),
  black: `color=black:${size}`,
  noisy: `color=0x505050:${size},noise=alls=24:allf=t`,
  /** As HDMI grabbers make it: colour bars and a box with letters in it. */
  noSignal: `smptehdbars=${size},drawbox=x=200:y=140:w=240:h=80:color=blue:t=fill,drawbox=x=230:y=170:w=180:h=20:color=white:t=fill`,
  noisySignal: `smptehdbars=${size},drawbox=x=200:y=140:w=240:h=80:color=blue:t=fill,drawbox=x=230:y=170:w=180:h=20:color=white:t=fill,noise=alls=16:allf=t`,
} as const;

export interface ScreenClip {
  dir: string;
  /** With the extension of its container. */
  name: string;
  scenes: readonly Scene[];
  gopFrames?: number;
  /** Laid over the whole clip. */
  filter?: string;
  outputArgs?: readonly string[];
}

/** 640×360, two pictures a second, a key frame every two seconds. */
export async function makeScreenClip(clip: ScreenClip): Promise<string> {
  const path = join(clip.dir, clip.name);
  const inputs = clip.scenes.flatMap(({ seconds, picture }) => [
    ...['-f', 'lavfi', '-t', String(seconds), '-i', pictures[picture]],
  ]);
  const legs = clip.scenes.map((_, at) => `[${at}:v]setsar=1[s${at}]`);
  const all = clip.scenes.map((_, at) => `[s${at}]`).join('');
  const graph = `${legs.join(';')};${all}concat=n=${clip.scenes.length},${clip.filter ?? 'null'}[out]`;
  await execute('ffmpeg', [
    ...[
      '-nostdin',
      '-v',
      'error',
      '-y',
      ...inputs,
      '-filter_complex',
      graph,
      '-map',
      '[out]',
      '-fps_mode',
      'passthrough',
    ],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-threads', '1'],
    ...['-g', String(clip.gopFrames ?? 4), '-x264-params', 'scenecut=0', ...(clip.outputArgs ?? [])],
    `file:${path}`,
  ]);
  return path;
}
