// Makes a camera-day's merged files from the timeline: each part becomes one MP4 by stream copy, checked against what its segments hold.
import type { MergePart } from '../domain/merge-timeline.ts';
import { type MergeDeps, type MergeSegment, placePart } from './merge-part.ts';
import { placeFiles } from './place-files.ts';

export interface MergeSpec {
  parts: readonly MergePart[];
  /** The segments that the timeline was made of, in the same order. */
  segments: readonly MergeSegment[];
  /** Scratch; copies and slates come and go here. */
  workDir: string;
  outPath: (partIndex: number) => string;
  /** Puts the index in front, for files that go to browsers; writes each file twice. */
  faststart?: boolean;
  stallSeconds: number;
  signal: AbortSignal;
  onProgress?: (progress: MergeProgress) => void;
}

export interface MergeProgress {
  partIndex: number;
  /** Pictures written, over all parts. */
  frames: number;
  /** Pictures in all segments. */
  totalFrames: number;
}

export interface MergedFile {
  path: string;
  videoPackets: number;
  firstPtsSeconds: number;
  lastPtsSeconds: number;
  durationSeconds: number;
}

/**
 * Writes one file for each part and reads it back. Throws EncoderFailed when a picture is missing or stands elsewhere than planned,
 * MediaUnreadable for a segment that is not the media its scan saw, EncoderStalled, DiskFull, StorageFault.
 */
export async function mergeParts(deps: MergeDeps, spec: MergeSpec): Promise<{ files: MergedFile[] }> {
  const totalFrames = spec.segments.reduce((sum, segment) => sum + segment.videoPackets, 0);
  const files: MergedFile[] = [];
  let framesBefore = 0;
  for (const [partIndex, part] of spec.parts.entries()) {
    const placed = await placePart(deps, { ...spec, part });
    const outPath = spec.outPath(partIndex);
    const result = await placeFiles(deps, {
      ...spec,
      outPath,
      streamKey: part.streamKey,
      purpose: `the merge of ${placed.files.length} files`,
      files: placed.files,
      onProgress: ({ frames = 0 }) =>
        spec.onProgress?.({ partIndex, frames: framesBefore + frames, totalFrames }),
    }).finally(placed.remove);
    framesBefore += result.videoPackets;
    files.push({ path: outPath, ...result, durationSeconds: part.durationSeconds });
  }
  return { files };
}
