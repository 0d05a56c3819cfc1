// A small camera-day for the merge tests: numbered segments, their real scans, the domain's timeline, and the reading of the result.
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ContainerName } from '../../src/domain/gap-report.ts';
import { type GapMode, type MergeTimeline, mergeTimeline } from '../../src/domain/merge-timeline.ts';
import type { TimelineSegment } from '../../src/domain/timeline-segment.ts';
import type { MergeSegment } from '../../src/media/merge-part.ts';
import { mergeParts, type MergedFile } from '../../src/media/merge.ts';
import { deps, fps, neverAborted, readNumbers, scanner } from './media-kit.ts';

export const dayStartMs = Date.parse('2026-09-13T05:00:00Z');
export const segmentSeconds = 12;

/** A file of the day, begun `startSeconds` after the day's start. */
export interface DayFile {
  path: string;
  startSeconds: number;
  /** Length of the segment; `segmentSeconds` unless given. */
  seconds?: number;
  overlapWithPrevious?: TimelineSegment['overlapWithPrevious'];
}

export interface MergedDay {
  timeline: MergeTimeline;
  files: MergedFile[];
}

/** Scans, plans and merges. */
export async function mergeDay(spec: {
  dir: string;
  files: readonly DayFile[];
  gapMode?: GapMode;
  window?: { startMs: number; endMs: number };
  /** Says that the parameters agree although the scan's key differs. */
  sameKey?: boolean;
  faststart?: boolean;
  change?: (segment: MergeSegment) => MergeSegment;
}): Promise<MergedDay> {
  const both = await Promise.all(spec.files.map(scanFile));
  const { gapMode = 'hole', window } = spec;
  const timeline = mergeTimeline({
    segments: both.map(({ planned }) => (spec.sameKey ? { ...planned, streamKey: 'same' } : planned)),
    gapMode,
    gapThresholdSeconds: 2,
    ...(window ? { window } : {}),
  });
  const { files } = await mergeParts(deps, {
    parts: timeline.parts,
    segments: both.map(({ segment }) => spec.change?.(segment) ?? segment),
    workDir: join(spec.dir, 'work'),
    outPath: (part) => join(spec.dir, `merged-${gapMode}-${part}.mp4`),
    stallSeconds: 30,
    signal: neverAborted,
    ...(spec.faststart ? { faststart: true } : {}),
  });
  return { timeline, files };
}

async function scanFile(file: DayFile): Promise<{ planned: TimelineSegment; segment: MergeSegment }> {
  const startMs = dayStartMs + file.startSeconds * 1000;
  const range = { startMs, endMs: startMs + (file.seconds ?? segmentSeconds) * 1000 };
  const scan = await scanner.scanSegment({
    path: file.path,
    segment: range,
    gapThresholdSeconds: 2,
    origin: 'segment',
    cause: 'neverDownloaded',
    signal: neverAborted,
  });
  const firstPtsSeconds = scan.firstPtsSeconds!;
  const lastPtsSeconds = scan.lastPtsSeconds!;
  return {
    planned: {
      path: file.path,
      range,
      covered: scan.covered,
      streamKey: scan.streamKey!,
      firstPtsSeconds,
      lastPtsSeconds,
      ...(file.overlapWithPrevious ? { overlapWithPrevious: file.overlapWithPrevious } : {}),
    },
    segment: {
      path: file.path,
      container: scan.container as ContainerName,
      firstPtsSeconds,
      lastPtsSeconds,
      videoPackets: scan.videoPackets,
      isTruncated: scan.mediaClass === 'truncated',
    },
  };
}

const frameSeconds = 1 / fps;

/**
 * Every shown picture whose time coverage claims says when it was taken, within a frame; and each claimed stretch begins and ends with
 * a picture of its first and last moment. Answers how many pictures were compared.
 */
export async function expectTrueClock(merged: MergedDay): Promise<number> {
  let compared = 0;
  for (const [partIndex, file] of merged.files.entries()) {
    const frames = await readNumbers(file.path);
    for (const stretch of merged.timeline.coverage.filter((row) => row.partIndex === partIndex)) {
      const lengthSeconds = (stretch.endMs - stretch.startMs) / 1000;
      const startSeconds = (stretch.startMs - dayStartMs) / 1000;
      const inside = frames.filter(
        ({ ptsSeconds }) =>
          ptsSeconds > stretch.mediaStartSeconds - 0.002 &&
          ptsSeconds < stretch.mediaStartSeconds + lengthSeconds - 0.002,
      );
      for (const { ptsSeconds, number } of inside) {
        const wallSeconds = startSeconds + ptsSeconds - stretch.mediaStartSeconds;
        expect(
          Math.abs(wallSeconds - number * frameSeconds),
          `picture ${number} at ${ptsSeconds}`,
        ).toBeLessThan(frameSeconds);
      }
      if (lengthSeconds > 1) {
        expect(Math.abs(inside[0]!.number * frameSeconds - startSeconds)).toBeLessThan(2 * frameSeconds);
        expect(Math.abs(inside.at(-1)!.number * frameSeconds - startSeconds - lengthSeconds)).toBeLessThan(
          2 * frameSeconds,
        );
      }
      compared += inside.length;
    }
  }
  return compared;
}
