// The thread in which files are read: one task at a time, from the parent port and back to it.
import { parentPort } from 'node:worker_threads';
import { Fault } from '../../domain/fault.ts';
import { judgeTimes } from './judge-times.ts';
import { readFileTimes } from './read-file-times.ts';
import type { ThreadAnswer, ThreadMessage, ThreadTask } from './scan-protocol.ts';

/** Heartbeats are throttled further up; this only keeps messages rare. */
const progressEveryMs = 100;

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
  let readBytes = 0;
  let reportedAt = performance.now();
  const read = readFileTimes(task.path, (bytes) => {
    if (Atomics.load(task.stop, 0) !== 0) throw new Stopped();
    readBytes += bytes;
    if (performance.now() - reportedAt < progressEveryMs) return;
    reportedAt = performance.now();
    post({ id: task.id, kind: 'progress', readBytes });
  });
  post({ id: task.id, kind: 'progress', readBytes });
  if (!task.judge || read.kind === 'needsFfprobe') return { kind: 'read', read };
  return { kind: 'scan', scan: judgeTimes(read, task.judge) };
}

function buffersOf(answer: ThreadAnswer): ArrayBuffer[] {
  if (answer.kind !== 'read' || answer.read.kind !== 'times') return [];
  const { videoPts, audioPts } = answer.read.times;
  return [videoPts.buffer as ArrayBuffer, audioPts.buffer as ArrayBuffer];
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
