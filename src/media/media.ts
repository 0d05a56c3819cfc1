// The door of the media jobs: what the activities call, with the tools and the scan threads already inside.
import { Fault } from '../domain/fault.ts';
import type { Run } from '../process/run-spec.ts';
import type { ReadTimes } from './check-places.ts';
import { createFfmpeg } from './ffmpeg.ts';
import { type JoinResult, type JoinSpec, joinSpans } from './join-spans.ts';
import { type MergedFile, type MergeSpec, mergeParts } from './merge.ts';
import { findOverlap, type Overlap, type OverlapSpec } from './overlap.ts';
import { recordRtsp, type RecordResult, type RecordSpec } from './record-rtsp.ts';
import type { Scanner } from './scan/scanner.ts';

/** A job's spec, in which the stall limit of the configuration holds unless it is given. */
export type MediaJob<Spec extends { stallSeconds: number }> = Omit<Spec, 'stallSeconds'> & {
  stallSeconds?: number;
};

export interface Media {
  mergeParts(spec: MediaJob<MergeSpec>): Promise<{ files: MergedFile[] }>;
  joinSpans(spec: MediaJob<JoinSpec>): Promise<JoinResult>;
  recordRtsp(spec: MediaJob<RecordSpec>): Promise<RecordResult>;
  findOverlap(spec: OverlapSpec): Promise<Overlap | undefined>;
}

export function createMedia(deps: {
  run: Run;
  ffmpegPath: string;
  ffprobePath: string;
  scanner: Pick<Scanner, 'readTimes'>;
  stallSeconds: number;
}): Media {
  const { stallSeconds } = deps;
  const all = { ...deps, ffmpeg: createFfmpeg(deps), readTimes: readTimesWith(deps.scanner) };
  return {
    mergeParts: (spec) => mergeParts(all, { stallSeconds, ...spec }),
    joinSpans: (spec) => joinSpans(all, { stallSeconds, ...spec }),
    recordRtsp: (spec) => recordRtsp(all.ffmpeg, { stallSeconds, ...spec }),
    findOverlap: (spec) => findOverlap(all, spec),
  };
}

/** Video times by the scan threads; a file that they do not take for media is a fault here. */
export function readTimesWith(scanner: Pick<Scanner, 'readTimes'>): ReadTimes {
  return async (spec) => {
    const read = await scanner.readTimes(spec);
    if (read.kind === 'times') return read.times;
    throw new Fault(
      'MediaUnreadable',
      `${spec.path} is ${read.kind === 'empty' ? 'empty' : `no media: ${read.reason}`}`,
    );
  };
}
