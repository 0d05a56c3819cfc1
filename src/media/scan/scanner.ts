// The door of the scan: finds what is missing in a segment's file. Reads in threads; ffprobe serves only what no reader knows.
import type { MsRange } from '../../domain/range.ts';
import type { ContainerName } from '../../domain/gap-report.ts';
import type { Run } from '../../process/run-spec.ts';
import { createProbe } from '../probe.ts';
import { ffprobeTimes } from './ffprobe-times.ts';
import { judgeTimes, type JudgeRequest, type ScannedSegment } from './judge-times.ts';
import type { FileTimes } from './read-file-times.ts';
import { readFlvInHalves } from './read-in-halves.ts';
import type { ThreadAnswer } from './scan-protocol.ts';
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
   * Fault NotFound, StorageFault, MediaUnreadable when a reader died, EncoderStalled when ffprobe hung or was killed; with the signal's reason as soon as it aborts.
   */
  scanSegment(spec: ScanSegmentSpec): Promise<ScannedSegment>;
  readTimes(spec: ReadTimesSpec): Promise<FileTimesResult>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** ffprobe prints packets as it reads; silence this long means that the disk has stopped. */
const ffprobeStallSeconds = 60;

type TimesRead = Extract<FileTimes, { kind: 'times' }>;

/**
 * @param deps.threads 1 or 2: two scan two files at once, or the two halves of a long FLV when there is nothing else to do.
 * Threads start with the first scan.
 */
export function createScanner(deps: { run: Run; ffprobePath: string; threads: number }): Scanner {
  const pool = new ThreadPool(deps.threads);
  const { probe } = createProbe(deps);

  async function fallBack(spec: ReadTimesSpec, container: ContainerName): Promise<TimesRead> {
    const { path, signal, onProgress } = spec;
    const onRead = onProgress && ((readBytes: number) => onProgress({ readBytes }));
    const times = await ffprobeTimes(
      { ...deps, probe },
      { path, container, signal, stallSeconds: ffprobeStallSeconds, onRead },
    );
    return { kind: 'times', times };
  }

  async function ask(spec: ReadTimesSpec, judge?: JudgeRequest): Promise<ThreadAnswer> {
    const { path, signal, onProgress } = spec;
    const onBytes = onProgress && ((readBytes: number) => onProgress({ readBytes }));
    const inHalves = await readFlvInHalves(pool, { path, judge, signal, onProgress: onBytes });
    return (
      inHalves ??
      pool.run({ work: { kind: 'read', path, ...(judge ? { judge } : {}) }, signal, onProgress: onBytes })
    );
  }

  return {
    async scanSegment(spec) {
      const judge = judgeRequestOf(spec);
      const answer = await ask(spec, judge);
      if (answer.kind === 'scan') return answer.scan;
      const container = unreadContainer(answer);
      return { ...judgeTimes(await fallBack(spec, container), judge), usedFallback: true };
    },
    async readTimes(spec) {
      const answer = await ask(spec);
      if (answer.kind === 'read' && answer.read.kind !== 'needsFfprobe')
        return { ...answer.read, usedFallback: false };
      return { ...(await fallBack(spec, unreadContainer(answer))), usedFallback: true };
    },
    close: () => pool.close(),
  };
}

/** What a thread needs of it: functions and signals cannot cross. */
function judgeRequestOf(spec: ScanSegmentSpec): JudgeRequest {
  const { segment, gapThresholdSeconds, origin, sourceSpans, cause } = spec;
  return { segment, gapThresholdSeconds, origin, sourceSpans, cause };
}

function unreadContainer(answer: ThreadAnswer): ContainerName {
  if (answer.kind === 'read' && answer.read.kind === 'needsFfprobe') return answer.read.container;
  throw new Error(`A scan thread answered ${answer.kind} to a question that nobody asked`);
}
