// The thread in which files are read: one task at a time, from the parent port and back to it.
import { parentPort } from 'node:worker_threads';
import { Fault } from '../../domain/fault.ts';
import { joinFlvParts } from './flv.ts';
import { walkFlv } from './flv-walk.ts';
import { judgeTimes, type JudgeRequest } from './judge-times.ts';
import { readFileTimes, withFile, type FileTimes } from './read-file-times.ts';
import type { ThreadAnswer, ThreadMessage, ThreadTask } from './scan-protocol.ts';

/** Heartbeats are throttled further up; this only keeps messages rare. */
const progressEveryMs = 100;

/** Small reads between two looks at the stop flag; a big one is followed by a look at once. */
const readsBetweenLooks = 32;
const bigReadBytes = 65_536;

/** Thrown out of a read when the caller has gone. */
class Stopped extends Error {}

const port = parentPort;
if (!port) throw new Error('scan-thread runs as a worker thread only');

const post = (message: ThreadMessage, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

port.on('message', (task: ThreadTask) => {
  try {
    const answer = perform(task);
    post({ id: task.id, kind: 'done', answer }, buffersOf(answer));
  } catch (error) {
    post(failureOf(task.id, error));
  }
});

function perform(task: ThreadTask): ThreadAnswer {
  const { work } = task;
  if (work.kind === 'joinFlv') {
    const times = joinFlvParts(work.parts);
    return times ? judged({ kind: 'times', times }, work.judge) : { kind: 'partsDoNotMeet' };
  }
  const reads = countReads(task);
  const answer = (): ThreadAnswer =>
    work.kind === 'flvPart'
      ? { kind: 'flvPart', part: withFile(work.path, (source) => walkFlv(source, work.range), reads.onRead) }
      : judged(readFileTimes(work.path, reads.onRead), work.judge);
  const found = answer();
  reads.report();
  return found;
}

function judged(read: FileTimes, judge: JudgeRequest | undefined): ThreadAnswer {
  if (!judge || read.kind === 'needsFfprobe') return { kind: 'read', read };
  return { kind: 'scan', scan: judgeTimes(read, judge) };
}

/** Counts what is read, says so now and then, and ends a scan that nobody waits for. */
function countReads(task: ThreadTask): { onRead: (bytes: number) => void; report: () => void } {
  let readBytes = 0;
  let smallReads = 0;
  let reportedAt = performance.now();
  const report = (): void => post({ id: task.id, kind: 'progress', readBytes });
  const onRead = (bytes: number): void => {
    readBytes += bytes;
    if (bytes < bigReadBytes && ++smallReads % readsBetweenLooks !== 0) return;
    if (Atomics.load(task.stop, 0) !== 0) throw new Stopped();
    if (performance.now() - reportedAt < progressEveryMs) return;
    reportedAt = performance.now();
    report();
  };
  return { onRead, report };
}

function buffersOf(answer: ThreadAnswer): ArrayBuffer[] {
  const lists =
    answer.kind === 'flvPart'
      ? [answer.part.video.pts, answer.part.audioPts]
      : answer.kind === 'read' && answer.read.kind === 'times'
        ? [answer.read.times.videoPts, answer.read.times.audioPts]
        : [];
  return lists.map((list) => list.buffer as ArrayBuffer);
}

/** Codes of a disk that fails, as against a file that is wrong. */
const diskCodes = new Set(['EIO', 'ESTALE', 'ENODEV', 'ENXIO', 'EMFILE', 'ENFILE', 'EACCES', 'EPERM']);

function failureOf(id: number, error: unknown): ThreadMessage {
  if (error instanceof Fault)
    return { id, kind: 'failed', message: error.message, type: error.type, details: error.details };
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const message = error instanceof Error ? error.message : String(error);
  if (diskCodes.has(code))
    return {
      id,
      kind: 'failed',
      type: 'StorageFault',
      message: `A media file could not be read: ${message}`,
    };
  return { id, kind: 'failed', message };
}
