// The door of the scan: finds what is missing in a segment's file. Reads in threads; ffprobe serves only what no reader knows.
import type { MsRange } from '../../domain/range.ts';
import type { ContainerName } from '../../domain/gap-report.ts';
import type { Run } from '../../process/run-spec.ts';
import { createProbe } from '../probe.ts';
import { ffprobeTimes } from './ffprobe-times.ts';
import { judgeTimes, type JudgeRequest, type ScannedSegment } from './judge-times.ts';
import type { FileTimes } from './read-file-times.ts';
import { ThreadPool } from './thread-pool.ts';

export type { ScannedSegment } from './judge-times.ts';

export interface ScanSegmentSpec extends JudgeRequest {
  path: string;
  segment: MsRange;
  signal: AbortSignal;
  /** Bytes read so far, at most ten times a second; for MP4 only the tables are read. */
  onProgress?: (progress: { readBytes: number }) => void;
}

export interface ReadTimesSpec {
  path: string;
  signal: AbortSignal;
  onProgress?: (progress: { readBytes: number }) => void;
}

/** Presentation times of a whole file, in decode order, in seconds of the container's clock. */
export type FileTimesResult = Exclude<FileTimes, { kind: 'needsFfprobe' }> & { usedFallback: boolean };

export interface Scanner {
  /**
   * What of the segment the file covers. A broken, empty or foreign file is an answer (`mediaClass`), not an error. Rejects with
   * Fault NotFound, StorageFault, or MediaUnreadable when a reader died; with the signal's reason as soon as it aborts.
   */
  scanSegment(spec: ScanSegmentSpec): Promise<ScannedSegment>;
  readTimes(spec: ReadTimesSpec): Promise<FileTimesResult>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** ffprobe prints packets as it reads; silence this long means that the disk has stopped. */
const ffprobeStallSeconds = 60;

/** @param deps.threads 1 or 2: a 15-minute file takes 20 ms, the disk is the limit. Threads start with the first scan. */
export function createScanner(deps: { run: Run; ffprobePath: string; threads: number }): Scanner {
  const pool = new ThreadPool(deps.threads);
  const { probe } = createProbe(deps);

  async function fallBack(
    spec: ReadTimesSpec,
    container: ContainerName,
  ): Promise<{ kind: 'times'; times: FileTimesTimes }> {
    const { path, signal, onProgress } = spec;
    const onRead = onProgress && ((readBytes: number) => onProgress({ readBytes }));
    const times = await ffprobeTimes(
      { ...deps, probe },
      { path, container, signal, stallSeconds: ffprobeStallSeconds, onRead },
    );
    return { kind: 'times', times };
  }

  return {
    async scanSegment(spec) {
      const { path, signal, onProgress, ...judge } = spec;
      const answer = await pool.run({
        path,
        judge,
        signal,
        onProgress: onProgress && ((readBytes) => onProgress({ readBytes })),
      });
      if (answer.kind === 'scan') return answer.scan;
      if (answer.read.kind !== 'needsFfprobe') return judgeTimes(answer.read, judge);
      return { ...judgeTimes(await fallBack(spec, answer.read.container), judge), usedFallback: true };
    },
    async readTimes(spec) {
      const { path, signal, onProgress } = spec;
      const answer = await pool.run({
        path,
        signal,
        onProgress: onProgress && ((readBytes) => onProgress({ readBytes })),
      });
      if (answer.kind !== 'read') throw new Error('A scan thread answered a question that nobody asked');
      if (answer.read.kind !== 'needsFfprobe') return { ...answer.read, usedFallback: false };
      return { ...(await fallBack(spec, answer.read.container)), usedFallback: true };
    },
    close: () => pool.close(),
  };
}

type FileTimesTimes = Extract<FileTimes, { kind: 'times' }>['times'];
