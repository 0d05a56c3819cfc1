// Turns one part of the merge timeline into placed files: positions, cuts, pieces of files and slates.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerName } from '../domain/gap-report.ts';
import type { FileEntry, MergePart, SlateEntry } from '../domain/merge-timeline.ts';
import type { ExpectedPlace } from './check-places.ts';
import { cutHead, dropTail } from './copy-piece.ts';
import { findCutPoint } from './cut-point.ts';
import type { PlaceDeps } from './place-files.ts';
import type { PlacedFile } from './placed-file.ts';
import { makeSlate } from './slate.ts';

/** A segment's file with the facts of its scan. */
export interface MergeSegment {
  path: string;
  container: ContainerName;
  firstPtsSeconds: number;
  lastPtsSeconds: number;
  videoPackets: number;
  /** As given to the timeline. */
  fileStartSeconds?: number;
  /** The file ends inside a packet, which the merge leaves out. */
  isTruncated?: boolean;
}

export interface MergeDeps extends PlaceDeps {
  ffprobePath: string;
}

interface PartSpec {
  part: MergePart;
  segments: readonly MergeSegment[];
  workDir: string;
  stallSeconds: number;
  signal: AbortSignal;
}

interface Context extends PartSpec {
  dir: string;
}

/** Files in their order, and how to remove what was made for them. */
export async function placePart(
  deps: MergeDeps,
  spec: PartSpec,
): Promise<{ files: PlacedFile[]; remove: () => Promise<void> }> {
  await mkdir(spec.workDir, { recursive: true });
  const dir = await mkdtemp(join(spec.workDir, 'part-'));
  const remove = () => rm(dir, { recursive: true, force: true });
  try {
    const files: PlacedFile[] = [];
    let positionSeconds = 0;
    for (const entry of spec.part.entries) {
      const at = { ...spec, dir };
      if (entry.kind === 'file') files.push(await placeEntry(deps, at, { entry, positionSeconds }));
      else files.push(...(await placeSlate(deps, at, { entry, positionSeconds })));
      positionSeconds += entry.durationSeconds;
    }
    return { files, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function placeEntry(
  deps: MergeDeps,
  context: Context,
  at: { entry: FileEntry; positionSeconds: number },
): Promise<PlacedFile> {
  const { entry } = at;
  const segment = context.segments[entry.segmentIndex]!;
  const anchorSeconds = entry.inPtsSeconds ?? segment.fileStartSeconds ?? segment.firstPtsSeconds;
  const whole: PlacedFile = {
    path: segment.path,
    container: segment.container,
    shiftSeconds: at.positionSeconds - anchorSeconds,
    expected: expectedOf(segment),
  };
  const headless =
    entry.inPtsSeconds === undefined
      ? whole
      : await cutHead(deps, { ...context, file: whole, inPtsSeconds: entry.inPtsSeconds });
  if (entry.outPtsSeconds === undefined) return headless;
  return leaveAt(deps, context, {
    file: headless,
    outPtsSeconds: entry.outPtsSeconds + whole.shiftSeconds - headless.shiftSeconds,
  });
}

/** Leaves a file before `outPtsSeconds`, by `outpoint` where that keeps every wanted picture. */
async function leaveAt(
  deps: MergeDeps,
  context: Context,
  at: { file: PlacedFile; outPtsSeconds: number },
): Promise<PlacedFile> {
  const { file } = at;
  const cut = await findCutPoint({
    ...deps,
    ...file,
    outPtsSeconds: at.outPtsSeconds,
    signal: context.signal,
  });
  if (!cut) return file;
  if (cut.lostVideoPackets > 0) return dropTail(deps, { ...context, file, cut });
  const { expected } = file;
  if (!expected) return { ...file, outPointSeconds: cut.outPointSeconds };
  return {
    ...file,
    outPointSeconds: cut.outPointSeconds,
    expected: {
      ...expected,
      videoPackets: {
        least: expected.videoPackets.least - cut.removedVideoPackets,
        most: expected.videoPackets.most - cut.removedVideoPackets,
      },
      lastPtsSeconds: cut.lastPtsSeconds,
    },
  };
}

function expectedOf(segment: MergeSegment): ExpectedPlace {
  const { videoPackets, firstPtsSeconds, lastPtsSeconds } = segment;
  return {
    videoPackets: { least: videoPackets - (segment.isTruncated ? 1 : 0), most: videoPackets },
    firstPtsSeconds,
    lastPtsSeconds,
  };
}

/** A slate looks like the next file of its part, or like the last one. */
async function placeSlate(
  deps: MergeDeps,
  context: Context,
  at: { entry: SlateEntry; positionSeconds: number },
): Promise<PlacedFile[]> {
  const { entries } = context.part;
  const isFile = (entry: FileEntry | SlateEntry): entry is FileEntry => entry.kind === 'file';
  const like = entries.slice(entries.indexOf(at.entry)).find(isFile) ?? entries.find(isFile);
  const segment = like && context.segments[like.segmentIndex];
  if (!segment) return [];
  return makeSlate(deps, {
    ...context,
    like: segment,
    positionSeconds: at.positionSeconds,
    durationSeconds: at.entry.durationSeconds,
  });
}
