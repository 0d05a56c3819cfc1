// Copies several files of one camera into one MP4, each at its own place in time; merging and joining both stand on this. No decision about what goes where.
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Run } from '../process/run-spec.ts';
import { concatInputOptions, type ConcatEntry, writeConcatDir } from './concat-list.ts';
import { checkPlaces, type ReadTimes } from './check-places.ts';
import type { Ffmpeg, FfmpegProgress } from './ffmpeg.ts';
import { ffmpegArgs, fileUrl } from './ffmpeg-args.ts';
import { makeUniform } from './make-uniform.ts';
import { type OpenedInput, openInputs } from './open-inputs.ts';
import type { PlacedFile } from './placed-file.ts';
import { shareOneRecord } from './shared-record.ts';

export interface PlaceDeps {
  run: Run;
  ffmpeg: Ffmpeg;
  ffmpegPath: string;
  readTimes: ReadTimes;
}

export interface PlaceSpec {
  purpose: string;
  /** In the order of the output. */
  files: readonly PlacedFile[];
  /** Of every source among the files, by its scan: what it proves need not be done again. */
  streamKey?: string;
  /** Scratch; what is made in it is removed again. */
  workDir: string;
  outPath: string;
  faststart?: boolean;
  stallSeconds: number;
  signal: AbortSignal;
  onProgress?: (progress: FfmpegProgress) => void;
}

/** What the finished file holds, as read back from it. */
export interface PlacedResult {
  videoPackets: number;
  firstPtsSeconds: number;
  lastPtsSeconds: number;
}

/** Codecs of sound that MP4 takes as they are; others (G.711 above all) become AAC. */
const mp4AudioCodecs = new Set(['aac', 'mp3', 'ac3', 'eac3', 'opus', 'flac', 'alac']);

/** Writes `outPath`, reads it back and throws EncoderFailed when a frame is missing or stands elsewhere. Exit code 0 proves nothing here: the concat demuxer ends its output at a bad file with success. */
export async function placeFiles(deps: PlaceDeps, spec: PlaceSpec): Promise<PlacedResult> {
  await mkdir(spec.workDir, { recursive: true });
  await mkdir(dirname(spec.outPath), { recursive: true });
  const dir = await mkdtemp(join(spec.workDir, 'concat-'));
  try {
    const opened = await openInputs({ ...deps, files: spec.files, signal: spec.signal });
    const uniform = await makeUniform(deps, { ...spec, dir, opened });
    const listPath = await writeConcatDir(dir, concatEntries(uniform.files, uniform.opened));
    const keepsPackets = await shareOneRecord({ ...spec, files: uniform.files, streamKey: spec.streamKey });
    let result: PlacedResult | undefined;
    await deps.ffmpeg({
      purpose: spec.purpose,
      args: placeArgs({ ...spec, listPath, keepsPackets, ...outputFacts(uniform) }),
      signal: spec.signal,
      stallSeconds: spec.stallSeconds + (spec.faststart ? await rewriteSeconds(spec.files) : 0),
      ...(spec.onProgress ? { onProgress: spec.onProgress } : {}),
      check: async () => {
        const checked = await checkPlaces(deps.readTimes, { ...spec, files: uniform.files });
        if (typeof checked === 'string') return checked;
        result = checked;
        return undefined;
      },
    });
    return result!;
  } catch (error) {
    await rm(spec.outPath, { force: true });
    throw error;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** ffmpeg tells nothing while it moves the index to the front; a slow disk writes this much a second. */
const slowBytesPerSecond = 20e6;

async function rewriteSeconds(files: readonly PlacedFile[]): Promise<number> {
  const sizes = await Promise.all(files.map(async ({ path }) => (await stat(path)).size));
  return sizes.reduce((sum, size) => sum + size, 0) / slowBytesPerSecond;
}

interface Uniform {
  files: readonly PlacedFile[];
  opened: readonly OpenedInput[];
}

function outputFacts({ files, opened }: Uniform): {
  offsetSeconds: number;
  audio: 'none' | 'copy' | 'encode';
} {
  const sound = opened[0]?.streams.find((stream) => stream.kind === 'audio');
  return {
    offsetSeconds: outputStart(files[0]!, opened[0]!),
    audio: !sound ? 'none' : mp4AudioCodecs.has(sound.codec) ? 'copy' : 'encode',
  };
}

/** Where the earliest packet of a file comes to stand: the demuxer subtracts the file's start time and adds the durations before it. */
const outputStart = (file: PlacedFile, opened: OpenedInput): number =>
  opened.startSeconds + file.shiftSeconds;

/** Each duration is the way from one file's earliest packet to the next one's; it keeps the holes. */
export function concatEntries(
  files: readonly PlacedFile[],
  opened: readonly OpenedInput[],
): (ConcatEntry & { path: string })[] {
  return files.map((file, index) => {
    const next = files[index + 1];
    const durationSeconds = next && outputStart(next, opened[index + 1]!) - outputStart(file, opened[index]!);
    return {
      path: file.path,
      container: file.container,
      ...(file.outPointSeconds === undefined ? {} : { outPointSeconds: file.outPointSeconds }),
      ...(durationSeconds === undefined ? {} : { durationSeconds }),
    };
  });
}

/**
 * Of bigger writes (ffmpeg's own are 256 KiB) the kernel makes pieces of memory so big that a virtual machine may have to fetch them from
 * its host first: the writing then costs up to three times as much, a third of the whole copy (measured).
 */
const writeBytes = 64 * 1024;

/** The copy itself. `offsetSeconds` is where the first file's earliest packet stands; the demuxer would put it at zero. */
export function placeArgs(spec: {
  listPath: string;
  outPath: string;
  offsetSeconds: number;
  audio: 'none' | 'copy' | 'encode';
  /** The files are proved to describe their pictures alike: packets need not pass through start codes and back. */
  keepsPackets?: boolean;
  faststart?: boolean;
}): string[] {
  const sound = {
    none: [],
    copy: ['-map', '0:a:0', '-c:a', 'copy'],
    // Times are kept by the filter: it fills holes in the sound with silence.
    encode: ['-map', '0:a:0', '-c:a', 'aac', '-af', 'aresample=async=1'],
  }[spec.audio];
  return ffmpegArgs({
    inputs: [
      {
        options: [
          ...['-itsoffset', spec.offsetSeconds.toFixed(6)],
          ...(spec.keepsPackets ? ['-auto_convert', '0'] : []),
          ...concatInputOptions,
        ],
        source: fileUrl(spec.listPath),
      },
    ],
    outputs: [
      {
        options: [
          ...['-map', '0:v:0', '-c:v', 'copy', ...sound],
          ...['-map_metadata', '-1', '-map_chapters', '-1'],
          ...(spec.faststart ? ['-movflags', '+faststart'] : []),
          ...['-blocksize', String(writeBytes), '-f', 'mp4'],
        ],
        target: fileUrl(spec.outPath),
      },
    ],
  });
}
