// What the scanner and its threads say to each other.
import type { FaultDetails, FaultType } from '../../domain/fault.ts';
import type { JudgeRequest, ScannedSegment } from './judge-times.ts';
import type { FileTimes } from './read-file-times.ts';

export interface ThreadTask {
  id: number;
  path: string;
  /** Judge the times in the thread; without it the times themselves come back. */
  judge?: JudgeRequest;
  /** One cell: not zero means that nobody waits for the answer any more. */
  stop: Int32Array;
}

export type ThreadAnswer = { kind: 'scan'; scan: ScannedSegment } | { kind: 'read'; read: FileTimes };

export type ThreadMessage =
  | { id: number; kind: 'progress'; readBytes: number }
  | { id: number; kind: 'done'; answer: ThreadAnswer }
  | { id: number; kind: 'failed'; message: string; type?: FaultType; details?: FaultDetails };
