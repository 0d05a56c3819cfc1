// Lets two idle threads read one long FLV file, half each: the walk over tags is bound by one core's copying.
import { open, stat } from 'node:fs/promises';
import type { JudgeRequest } from './judge-times.ts';
import type { ThreadAnswer } from './scan-protocol.ts';
import type { PoolTask, ThreadPool } from './thread-pool.ts';
import { sniffContainer } from './sniff.ts';

/** Below this a single thread is done before the second one has begun. */
const smallestBytes = 32 * 1024 * 1024;
const headBytes = 16;

export interface HalvesSpec extends Pick<PoolTask, 'signal' | 'onProgress'> {
  path: string;
  judge: JudgeRequest | undefined;
}

/**
 * The answer for the whole file, or undefined when it is to be read in one piece: a small file, another container, busy threads, or
 * halves that do not meet, because the file is damaged in its middle.
 */
export async function readFlvInHalves(pool: ThreadPool, spec: HalvesSpec): Promise<ThreadAnswer | undefined> {
  if (pool.idleThreads < 2) return undefined;
  const { path, judge, signal } = spec;
  const middle = await middleOfFlv(path);
  if (middle === undefined || pool.idleThreads < 2) return undefined;
  const counted = [0, 0];
  const halves = [{ until: middle }, { from: middle }].map((range, index) => {
    const onProgress = (readBytes: number): void => {
      counted[index] = readBytes;
      spec.onProgress?.(counted[0]! + counted[1]!);
    };
    return pool.run({ work: { kind: 'flvPart', path, range }, signal, onProgress });
  });
  const answers = await Promise.all(halves);
  const parts = answers.flatMap((answer) => (answer.kind === 'flvPart' ? [answer.part] : []));
  const work = { kind: 'joinFlv', parts, ...(judge ? { judge } : {}) } as const;
  const joined = await pool.run({ work, signal });
  return joined.kind === 'partsDoNotMeet' ? undefined : joined;
}

/** Where to divide a long FLV file; undefined for any other file, also one that is not there: the reader says why. */
async function middleOfFlv(path: string): Promise<number | undefined> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts?.isFile() || facts.size < smallestBytes) return undefined;
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return sniffContainer(buffer.subarray(0, bytesRead)) === 'flv' ? Math.floor(facts.size / 2) : undefined;
  } finally {
    await file.close();
  }
}
