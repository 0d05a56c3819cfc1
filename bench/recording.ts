// Recordings as a camera sends them: 720p at about 2 Mb/s with B-frames and sound, made once per run and repeated by stream copy.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toEnd } from './scratch.ts';

/** Longer than any window of the overlap search, so that the end of one copy is never the beginning of the next. */
const pieceSeconds = 62;

let piece: Promise<{ dir: string; path: string }> | undefined;

const framesPerSecond = 25;

/** Writes exactly `seconds` (an even number) of pictures; the container is that of the name. Key frames stand two seconds apart and nothing refers across them. */
export async function makeRecording(path: string, seconds: number): Promise<void> {
  piece ??= encodePiece();
  const { path: source } = await piece;
  await copyStreams({
    from: source,
    to: path,
    before: ['-stream_loop', '-1'],
    after: ['-t', String(seconds), '-frames:v', String(seconds * framesPerSecond)],
  });
}

export function copyStreams(copy: {
  from: string;
  to: string;
  before?: string[];
  after?: string[];
}): Promise<void> {
  return ffmpeg(...(copy.before ?? []), '-i', copy.from, '-c', 'copy', ...(copy.after ?? []), copy.to);
}

/** Removes what the recordings of this run were made from. */
export async function forgetRecordings(): Promise<void> {
  const made = await piece?.catch(() => undefined);
  piece = undefined;
  if (made) await rm(made.dir, { recursive: true, force: true });
}

async function encodePiece(): Promise<{ dir: string; path: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'longtake-bench-'));
  const path = join(dir, 'piece.mp4');
  const picture = `testsrc2=s=1280x720:r=${framesPerSecond}:d=${pieceSeconds},noise=alls=12:allf=t`;
  const sound = `sine=sample_rate=44100:duration=${pieceSeconds}`;
  await ffmpeg(
    ...['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'],
    ...['-bf', '2', '-g', '50', '-sc_threshold', '0'],
    ...['-b:v', '2M', '-maxrate', '2M', '-bufsize', '2M', '-c:a', 'aac', path],
  );
  return { dir, path };
}

const ffmpeg = (...args: string[]): Promise<void> =>
  toEnd('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);
