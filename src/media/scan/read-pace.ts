// Decides how much of a file to read at once: small sips past big pictures while that is cheap, long draughts otherwise.
import { chunkBytes } from './byte-source.ts';

/** Holds the end of one picture, the sound between, and the head of the next picture. */
const sipBytes = 1536;
/** Reads after which the pace is judged. */
const trialReads = 256;
/** Below this distance between sips, copying everything costs less than the calls do (measured on a warm cache). */
const worthwhileBytes = 8192;
/** A sip from the page cache takes a microsecond; this much means a disk, which wants to be read in order. */
const slowReadMs = 0.04;
/** How far to read in order before sips are tried again. */
const bulkBytes = 64 * chunkBytes;

/** One for each walk over a file, asked at each read. */
export class ReadPace {
  #reads = 0;
  #trialPosition = 0;
  #trialStartedAt = 0;
  #bulkUntil = 0;

  /** Bytes to read at this position. */
  bytesAt(position: number): number {
    if (position < this.#bulkUntil) return chunkBytes;
    if (this.#reads === 0) this.#startTrial(position);
    if (++this.#reads > trialReads) this.#endTrial(position);
    return position < this.#bulkUntil ? chunkBytes : sipBytes;
  }

  #startTrial(position: number): void {
    this.#trialPosition = position;
    this.#trialStartedAt = performance.now();
  }

  #endTrial(position: number): void {
    const stride = (position - this.#trialPosition) / trialReads;
    const readMs = (performance.now() - this.#trialStartedAt) / trialReads;
    if (stride < worthwhileBytes || readMs > slowReadMs) this.#bulkUntil = position + bulkBytes;
    this.#reads = 0;
  }
}
