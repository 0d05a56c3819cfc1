// Joins composed slots into one MP4 for browsers and Drive; the pictures are not encoded again.
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../../domain/fault.ts';
import { samplesPerSecond } from '../../domain/lecture-grid.ts';
import { writeConcatDir } from '../concat-list.ts';
import type { FfmpegProgress } from '../ffmpeg.ts';
import { createProbe, type StreamFacts } from '../probe.ts';
import type { PlaceDeps } from '../place-files.ts';
import { joinComplaint } from './join-check.ts';
import { chaptersText, type JoinChapter, joinArgs } from './join-args.ts';

export interface JoinDeps extends PlaceDeps {
  ffprobePath: string;
}

/** A composed slot and what it was made to hold. */
export interface JoinSlot {
  path: string;
  frames: number;
  samples: number;
}

export interface JoinSlotsSpec {
  /** In the order of the lecture; all of one frame rate and size. */
  slots: readonly JoinSlot[];
  chapters: readonly JoinChapter[];
  title: string;
  /** An MP4 file with its index in front. */
  outPath: string;
  /** Scratch; what is made in it is removed again. */
  workDir: string;
  stallSeconds: number;
  signal: AbortSignal;
  onProgress?: (progress: FfmpegProgress) => void;
}

export interface JoinedVideo {
  frames: number;
  durationSeconds: number;
  sizeBytes: number;
}

/** ffmpeg tells nothing while it moves the index to the front; a slow disk writes this much a second. */
const slowBytesPerSecond = 20e6;

/** Throws EncoderFailed when a frame is missing or misplaced or the sound ends elsewhere, MediaUnreadable for a slot that is none, EncoderStalled, DiskFull, StorageFault. */
export async function joinSlots(deps: JoinDeps, spec: JoinSlotsSpec): Promise<JoinedVideo> {
  await mkdir(spec.workDir, { recursive: true });
  await mkdir(dirname(spec.outPath), { recursive: true });
  const dir = await mkdtemp(join(spec.workDir, 'join-'));
  try {
    const { frameRate, isUniform } = await lookOf(deps, spec);
    const frames = sum(spec.slots.map((slot) => slot.frames));
    const durationSeconds = frames / frameRate;
    const listPath = await writeConcatDir(
      dir,
      spec.slots.map(({ path, frames: count }) => ({
        path,
        container: 'matroska' as const,
        durationSeconds: count / frameRate,
      })),
    );
    const chaptersPath = join(dir, 'chapters.txt');
    await writeFile(chaptersPath, chaptersText({ ...spec, durationSeconds }));
    const bytes = sum(await Promise.all(spec.slots.map(async ({ path }) => (await stat(path)).size)));
    await deps.ffmpeg({
      purpose: `the joining of ${spec.slots.length} slots`,
      args: joinArgs({ ...spec, listPath, chaptersPath, frameRate, keepsPackets: isUniform }),
      signal: spec.signal,
      stallSeconds: spec.stallSeconds + bytes / slowBytesPerSecond,
      ...(spec.onProgress ? { onProgress: spec.onProgress } : {}),
      check: () =>
        joinComplaint(deps, {
          ...spec,
          frames,
          frameRate,
          soundSeconds: sum(spec.slots.map(({ samples }) => samples)) / samplesPerSecond,
        }),
    });
    return { frames, durationSeconds, sizeBytes: (await stat(spec.outPath)).size };
  } catch (error) {
    await rm(spec.outPath, { force: true });
    throw error;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Slots made by different encoders describe their pictures differently; they join too, with the description inside each group of pictures. */
async function lookOf(
  deps: JoinDeps,
  spec: JoinSlotsSpec,
): Promise<{ frameRate: number; isUniform: boolean }> {
  const { probe } = createProbe(deps);
  const videos: StreamFacts[] = [];
  for (const { path } of spec.slots) {
    const { streams } = await probe({ path, container: 'matroska', signal: spec.signal });
    const video = streams.find(({ kind }) => kind === 'video');
    if (!video?.frameRate) throw new Fault('MediaUnreadable', `${path} is no composed slot`);
    videos.push(video);
  }
  const first = videos[0];
  if (!first) throw new Fault('InputInvalid', 'There is no slot to join');
  const other = videos.findIndex(({ width, height }) => width !== first.width || height !== first.height);
  if (other >= 0) {
    const sizes = `${videos[other]!.width}×${videos[other]!.height}, not ${first.width}×${first.height}`;
    throw new Fault('InputInvalid', `Slot ${spec.slots[other]!.path} is ${sizes}: compose it anew`);
  }
  return {
    frameRate: Math.round(first.frameRate!),
    isUniform: videos.every(({ extradataHash }) => extradataHash === first.extradataHash),
  };
}
