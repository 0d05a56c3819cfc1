// What the ffmpeg tests of this room share: real dependencies, clips whose pictures carry a frame number, and a reader of these numbers.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createFfmpeg } from '../../src/media/ffmpeg.ts';
import type { ReadTimes } from '../../src/media/check-places.ts';
import type { MergeDeps } from '../../src/media/merge-part.ts';
import { createScanner } from '../../src/media/scan/scanner.ts';
import { createRun } from '../../src/process/run.ts';
import { createWrapper } from '../../src/process/wrapper.ts';
import { type ClipSpec, ffprobeTimes, makeClip } from '../fakes/clips.ts';

const execute = promisify(execFile);

export const run = createRun({ wrapper: createWrapper({ protection: 'parentDeathSignal', hasInit: false }) });
export const ffmpeg = createFfmpeg({ run, ffmpegPath: 'ffmpeg' });

export const scanner = createScanner({ run, ffprobePath: 'ffprobe', threads: 1 });

/** A file without pictures answers none. */
export const readTimes: ReadTimes = async (spec) => {
  const read = await scanner.readTimes(spec);
  return { videoPts: read.kind === 'times' ? read.times.videoPts : new Float64Array(0) };
};

export const deps: MergeDeps = { run, ffmpeg, ffmpegPath: 'ffmpeg', ffprobePath: 'ffprobe', readTimes };

export const neverAborted = new AbortController().signal;

/** A private directory and how to get rid of it. */
export async function scratch(): Promise<{ dir: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'longtake-media-'));
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

export const fps = 25;
const digits = 16;

/** A clip whose frame at time t shows the number round((t + baseSeconds) × 25) as sixteen black or white bars. */
export async function numberedClip(spec: ClipSpec & { baseSeconds?: number }): Promise<string> {
  const { baseSeconds = 0, ...clip } = spec;
  const number = `floor((T+${baseSeconds})*${fps}+0.5)`;
  const bars = `geq=lum='if(mod(floor(${number}/pow(2\\,floor(X/8)))\\,2)\\,235\\,16)':cb=128:cr=128`;
  return makeClip({ pattern: 'nullsrc', size: '128x16', fps, videoFilter: bars, ...clip });
}

export interface NumberedFrame {
  /** Position in the file */
  ptsSeconds: number;
  /** What its picture says */
  number: number;
}

/** Every frame that a player shows, in order: its time by ffprobe, its number by decoding the picture. */
export async function readNumbers(path: string): Promise<NumberedFrame[]> {
  const times = (await ffprobeTimes(path)).filter((seconds) => seconds > -0.001);
  const { stdout } = await execute(
    'ffmpeg',
    [
      ...['-nostdin', '-v', 'error', '-i', `file:${path}`, '-map', '0:v:0', '-fps_mode', 'passthrough'],
      ...['-vf', `scale=${digits}:1:flags=area,format=gray`, '-f', 'rawvideo', 'pipe:1'],
    ],
    { encoding: 'buffer', maxBuffer: 1 << 26 },
  );
  if (stdout.length !== times.length * digits)
    throw new Error(`${stdout.length / digits} decoded frames, ${times.length} times`);
  return times.map((ptsSeconds, frame) => {
    let number = 0;
    for (let bit = digits - 1; bit >= 0; bit--)
      number = number * 2 + (stdout[frame * digits + bit]! > 125 ? 1 : 0);
    return { ptsSeconds, number };
  });
}
