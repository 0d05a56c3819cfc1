// What the scanner and its threads say to each other.
import type { FaultDetails, FaultType } from '../../domain/fault.ts';
import type { FlvPart, FlvRange } from './flv-walk.ts';
import type { JudgeRequest, ScannedSegment } from './judge-times.ts';
import type { FileTimes } from './read-file-times.ts';

/** With `judge` the times become a scan in the thread; without it the times themselves come back. */
export type ThreadWork =
  | { kind: 'read'; path: string; judge?: JudgeRequest }
  | { kind: 'flvPart'; path: string; range: FlvRange }
  | { kind: 'joinFlv'; parts: readonly FlvPart[]; judge?: JudgeRequest };

export interface ThreadTask {
  id: number;
  work: ThreadWork;
  /** One cell: not zero means that nobody waits for the answer any more. */
  stop: Int32Array;
}

export type ThreadAnswer =
  | { kind: 'scan'; scan: ScannedSegment }
  | { kind: 'read'; read: FileTimes }
  | { kind: 'flvPart'; part: FlvPart }
  | { kind: 'partsDoNotMeet' };

export type ThreadMessage =
  | { id: number; kind: 'progress'; readBytes: number }
  | { id: number; kind: 'done'; answer: ThreadAnswer }
  | { id: number; kind: 'failed'; message: string; type?: FaultType; details?: FaultDetails };
