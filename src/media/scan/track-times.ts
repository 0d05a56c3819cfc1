// What every container reader answers, and the bounded list in which it collects times.
import type { ContainerName } from '../../domain/gap-report.ts';
import { Fault } from '../../domain/fault.ts';

/** Samples of one track that we accept: a day at 60 frames a second is 5.2 million. More is a lie in a table. */
export const maxTrackSamples = 12_000_000;

/** A step back of the decode time by more than this is a broken clock, not reordering. */
export const discontinuitySeconds = 1;

/** Presentation times of a file's first video and first audio track, in seconds of the container's clock. */
export interface TrackTimes {
  container: ContainerName;
  /** In decode order; sort before looking for gaps. */
  videoPts: Float64Array;
  /** In file order; for MPEG-TS one time for each PES packet, which may hold several audio frames. */
  audioPts: Float64Array;
  /**
   * The time that stands for the start of the recording, where the delay in front of it is the muxer's doing (reordered pictures,
   * the 1.4 s of a transport stream). Absent: the container's zero, 0, unless the clock is a camera's own.
   */
  originSeconds?: number;
  hasVideo: boolean;
  hasAudio: boolean;
  /** The decode time of the video went back by more than a second. */
  discontinuity: boolean;
  /** The file ends inside a structure, or has lost its index. */
  truncated: boolean;
  /** Bytes were skipped to find the next whole structure. */
  corrupt: boolean;
  /** The reader met something that it does not know; only ffprobe can tell the times. */
  unsupported?: string;
  /** Equal keys can be joined by stream copy; absent when the parameters were not found. */
  streamKey?: string;
}

/** A growing list of seconds that refuses more than `maxTrackSamples`. */
export class TimeList {
  #values = new Float64Array(4096);
  length = 0;

  push(seconds: number): void {
    if (this.length === this.#values.length) this.#grow();
    this.#values[this.length++] = seconds;
  }

  toArray(): Float64Array {
    return this.#values.slice(0, this.length);
  }

  #grow(): void {
    if (this.length >= maxTrackSamples) throw tooManySamples(this.length + 1);
    const next = new Float64Array(Math.min(maxTrackSamples, this.#values.length * 2));
    next.set(this.#values);
    this.#values = next;
  }
}

/** The refusal of a file whose tables claim more samples than any camera makes. */
export function tooManySamples(claimed: number): Fault {
  return new Fault(
    'MediaUnreadable',
    `The file claims ${claimed} samples in one track; the limit is ${maxTrackSamples}`,
  );
}

/** The first presentation time of either stream; writers interleave, so it is among the first few. */
export function earliestSeconds(...lists: readonly Float64Array[]): number {
  let first = Number.POSITIVE_INFINITY;
  for (const list of lists) {
    for (let index = 0; index < Math.min(list.length, 64); index++) first = Math.min(first, list[index]!);
  }
  return first;
}

/** An answer without any time: the file was recognised but holds nothing to read. */
export function emptyTimes(container: ContainerName, facts: Partial<TrackTimes> = {}): TrackTimes {
  return {
    container,
    videoPts: new Float64Array(0),
    audioPts: new Float64Array(0),
    hasVideo: false,
    hasAudio: false,
    discontinuity: false,
    truncated: false,
    corrupt: false,
    ...facts,
  };
}
