// Runs ffmpeg for small raw pictures on its stdout; what a damaged file cannot give is left out, only what is wrong with this host is a Fault.
import { stat } from 'node:fs/promises';
import { pictureBytes } from '../../domain/blank-picture.ts';
import { Fault } from '../../domain/fault.ts';
import type { ContainerName } from '../../domain/gap-report.ts';
import type { Run, RunEnd } from '../../process/run-spec.ts';
import { classifyFfmpegFailure } from '../ffmpeg.ts';
import { readShown, sampleArgs, type SamplingWay } from './sample-args.ts';

export interface SampleDeps {
  run: Run;
  ffmpegPath: string;
}

export interface SampledFile {
  path: string;
  container: ContainerName;
  signal: AbortSignal;
  /** Nothing from ffmpeg for this long: killed, Fault EncoderStalled. */
  stallSeconds: number;
  /** Now and then, as long as ffmpeg reads and decodes. */
  onProgress?: () => void;
}

export interface SampledPicture {
  /** Presentation time in the file, seconds. */
  atSeconds: number;
  /** 64×36 RGB: 6,912 bytes. */
  pixels: Uint8Array;
}

/**
 * One ffmpeg for all moments: measured for ten of half an hour, 0.22 s against 0.89 s for ten of them. In the order of the moments,
 * undefined where no picture came.
 * Throws NotFound without the file, EncoderStalled, StorageFault, DiskFull, EncoderFailed; the signal's reason when cancelled.
 */
export async function takePictures(
  deps: SampleDeps,
  spec: SampledFile & { moments: readonly number[]; way: SamplingWay },
): Promise<(SampledPicture | undefined)[]> {
  const { moments } = spec;
  const { bytes, lines } = await runForPictures(deps, { file: spec, args: sampleArgs(spec) });
  const shown = lines.map(readShown).filter((line) => line !== undefined);
  const inOrder = shown.toSorted((a, b) => a.moment - b.moment);
  const found = moments.map((): SampledPicture | undefined => undefined);
  for (const [place, { moment, awaySeconds }] of inOrder.entries()) {
    const pixels = bytes.subarray(place * pictureBytes, (place + 1) * pictureBytes);
    const atSeconds = Math.max(0, moments[moment] ?? 0) + awaySeconds;
    if (pixels.length === pictureBytes) found[moment] = { atSeconds, pixels };
  }
  return found;
}

/** What ffmpeg wrote to stdout, whole pictures or not, and its lines about pictures. */
export async function runForPictures(
  deps: SampleDeps,
  { file, args }: { file: SampledFile; args: readonly string[] },
): Promise<{ bytes: Uint8Array; lines: string[] }> {
  const { path, signal, stallSeconds } = file;
  if (!(await isFile(path))) throw new Fault('NotFound', `There is no file at ${path}`);
  const chunks: Buffer[] = [];
  const lines: string[] = [];
  const end = await deps.run({
    command: deps.ffmpegPath,
    args,
    signal,
    stallSeconds,
    onStdout: (chunk, progress) => {
      chunks.push(chunk);
      progress();
    },
    onStderrLine: (line, progress) => {
      if (readShown(line)) lines.push(line);
      file.onProgress?.();
      progress();
    },
  });
  signal.throwIfAborted();
  refuseHostFaults(path, end);
  return { bytes: Uint8Array.from(Buffer.concat(chunks)), lines };
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (facts) => facts.isFile(),
    () => false,
  );

/** What ffmpeg says when a file holds no picture that it can decode; it has no one word for it. */
const noPicture =
  /Cannot determine format|Output file is empty|Error while decoding|Error initializing (?:a simple filtergraph|filter)|Decoder \(codec [^)]*\) not found|End of file|no frame/i;

function refuseHostFaults(path: string, end: RunEnd): void {
  if (end.exitCode === 0) return;
  const purpose = `while taking pictures of ${path}`;
  const details = {
    exitCode: end.exitCode,
    argv: end.argv.slice(0, 40),
    stderrTail: end.stderrTail.slice(-20).map((line) => line.slice(0, 180)),
  };
  if (end.stalled || end.timedOut)
    throw new Fault('EncoderStalled', `ffmpeg said nothing more, ${purpose}`, details);
  if (end.signal) throw new Fault('EncoderFailed', `ffmpeg was ended by ${end.signal}, ${purpose}`, details);
  const type = classifyFfmpegFailure(end.stderrTail, false);
  if (type === 'MediaUnreadable') return;
  if (type === 'EncoderFailed' && end.stderrTail.slice(-20).some((line) => noPicture.test(line))) return;
  throw new Fault(
    type,
    `ffmpeg ended with code ${end.exitCode}, ${purpose}: ${end.stderrTail.at(-1) ?? ''}`,
    details,
  );
}
