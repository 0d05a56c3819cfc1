// The body of one answer on its way to disk: watched for progress, hashed behind the writes, never held in memory as a whole.
import { Fault } from '../domain/fault.ts';
import type { GrowingFile } from './growing-file.ts';
import type { HashedFiles } from './hashed-files.ts';
import { faultOfConnection } from './http-faults.ts';
import { discard, type HttpAnswer } from './http-open.ts';
import { writeResumeNote, type Validators } from './resume-point.ts';
import { watchProgress, type StallRule, type StallWatch } from './stall-watch.ts';

export interface ReceiveSpec {
  answer: HttpAnswer;
  /** Noted beside the partial for its next owner. Absent: the partial is already the whole file and only its hash is wanted. */
  validators: Validators | undefined;
  /** Bytes of the file at toPath that stay. */
  keepBytes: number;
  toPath: string;
  files: HashedFiles;
  stallRule: StallRule;
  signal: AbortSignal;
  onBytes?: ((writtenBytes: number) => void) | undefined;
  maxBytes?: number | undefined;
}

interface Flow {
  spec: ReceiveSpec;
  watch: StallWatch;
  /** Undefined until it is open. */
  file?: GrowingFile;
  receivedBytes: number;
  /** Lets the source go on after a pause. */
  resume?: () => void;
}

/** Settles when the answer has ended, broken off, stalled or been cancelled. Listens from the start: a reset may come before the file is open. */
function endOf(flow: Flow): PromiseWithResolvers<void> {
  const { response, url } = flow.spec.answer;
  const end = Promise.withResolvers<void>();
  end.promise.catch(() => undefined);
  const broken = (error: unknown) =>
    end.reject(faultOfConnection({ error, url, receivedBytes: flow.receivedBytes }));
  const cut = () => broken(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
  if (response.destroyed && !response.complete) cut();
  response.on('end', end.resolve);
  response.on('error', broken);
  // A connection can be cut without an error event; after `end` this changes nothing.
  response.on('close', cut);
  return end;
}

/** Lets the body run into the file; a slow disk pauses the source. */
function pump(flow: Flow, file: GrowingFile, end: PromiseWithResolvers<void>): void {
  const { answer, keepBytes, maxBytes } = flow.spec;
  const { response, bulk } = answer;
  const wholeBytes = keepBytes + Number(response.headers['content-length'] ?? Number.NaN);

  /** False when the source must wait. */
  function received(bytes: number, hasRoom: boolean): boolean {
    flow.receivedBytes += bytes;
    flow.watch.received(flow.receivedBytes);
    if (maxBytes !== undefined && flow.receivedBytes > maxBytes)
      end.reject(new Fault('MediaUnreadable', `The source sent more than ${maxBytes} bytes: ${answer.url}.`));
    else if (flow.receivedBytes === wholeBytes) end.resolve();
    if (!hasRoom) flow.watch.pause();
    return hasRoom;
  }
  const push = (chunk: Buffer) => received(chunk.length, file.push(chunk));
  // Bytes behind the promised length belong to no file.
  const wanted = (bytes: number) => Math.min(bytes, wholeBytes - flow.receivedBytes);
  const took = (bytes: number) => received(wanted(bytes), file.took(wanted(bytes)));

  if (bulk?.canDivert(response)) {
    flow.resume = () => bulk.resume();
    bulk.divert(response, {
      room: () => file.room(),
      took,
      push: (chunk) => push(chunk.subarray(0, wanted(chunk.length))),
    });
  } else {
    flow.resume = () => void response.resume();
    response.on('data', (chunk: Buffer) => {
      if (!push(chunk)) response.pause();
    });
  }
}

/** What is written at least this often can be resumed, and tells the caller that the source lives. */
const nudgeMs = 1000;

/** Receives to the end. On failure what arrived is written out, so that the partial holds all of it. */
export async function receiveBody(spec: ReceiveSpec): Promise<{ sizeBytes: number; sha256: string }> {
  const { answer, keepBytes, toPath, signal } = spec;
  const { response, url } = answer;
  const { stallSeconds } = spec.stallRule;
  const watch = watchProgress(spec.stallRule, () =>
    end.reject(new Fault('SourceStalled', `The source sent next to nothing for ${stallSeconds} s: ${url}.`)),
  );
  const flow: Flow = { spec, watch, receivedBytes: keepBytes };
  const end = endOf(flow);
  const onAbort = () => end.reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const nudging = setInterval(() => flow.file?.nudge(), nudgeMs);
  try {
    const file = await spec.files.open({
      path: toPath,
      keepBytes,
      onWritten: (writtenBytes) => spec.onBytes?.(writtenBytes),
      onRoom: () => {
        watch.resume();
        flow.resume?.();
      },
      onError: end.reject,
    });
    flow.file = file;
    if (spec.validators) {
      // After the old bytes are cut off and before new ones come: the note never speaks of bytes of another file.
      await writeResumeNote(toPath, spec.validators);
      pump(flow, file, end);
    } else end.resolve();
    await end.promise;
    watch.stop();
    discard(response);
    await file.flush();
    return { sizeBytes: file.writtenBytes, sha256: await file.finish() };
  } catch (error) {
    throw await keepPartial(flow, error);
  } finally {
    watch.stop();
    clearInterval(nudging);
    discard(response);
    signal.removeEventListener('abort', onAbort);
    await flow.file?.close();
  }
}

/** What had arrived is worth keeping for the next owner; a failure to keep it changes nothing about the cause. */
async function keepPartial({ spec, file }: Flow, error: unknown): Promise<unknown> {
  discard(spec.answer.response);
  await file?.flush().catch(() => undefined);
  if (error instanceof Fault && file) error.details.receivedBytes = file.writtenBytes;
  return error;
}
