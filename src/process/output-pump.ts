// Carries one output stream of a child to its consumer with backpressure and knows when nothing more will come.
import type { Readable } from 'node:stream';

export interface OutputPump {
  /** Settles when the stream has ended and the consumer has taken everything; rejects with the consumer's error. */
  done: Promise<void>;
  /** Milliseconds since the last byte while the consumer was free; 0 while it is busy. */
  idleMs(): number;
  /** Gives the stream up; `done` settles once the consumer returns. */
  destroy(): void;
}

export interface OutputConsumer {
  chunk: (chunk: Buffer) => void | Promise<void>;
  end?: () => void;
}

export function pumpOutput(stream: Readable, consumer: OutputConsumer): OutputPump {
  let busy = false;
  let givenUp = false;
  let lastMs = performance.now();
  const pump = async (): Promise<void> => {
    try {
      for await (const chunk of stream) {
        busy = true;
        await consumer.chunk(chunk as Buffer);
        busy = false;
        lastMs = performance.now();
      }
    } catch (error) {
      if (!givenUp) throw error;
    }
    consumer.end?.();
  };
  return {
    done: pump(),
    idleMs: () => (busy ? 0 : performance.now() - lastMs),
    destroy: () => {
      givenUp = true;
      stream.destroy();
    },
  };
}

/** After the exit nobody should hold the pipes any more; whoever does for this long is cut off. */
const drainIdleMs = 2000;

/** A stopped run waits no longer than this for its own consumer. */
const stoppedDrainMs = 5000;

/** Waits until the pumps are dry. False when somebody still held a pipe long after the exit and was cut off. */
export async function drainPumps(pumps: readonly OutputPump[], stopped: boolean): Promise<boolean> {
  const startedMs = performance.now();
  let cut = false;
  let timer: NodeJS.Timeout | undefined;
  const outOfPatience = new Promise<void>((resolve) => {
    timer = setInterval(() => {
      const waitedTooLong = stopped && performance.now() - startedMs > stoppedDrainMs;
      const idle = pumps.every((pump) => pump.idleMs() > drainIdleMs);
      if (!cut && (idle || waitedTooLong)) {
        cut = true;
        for (const pump of pumps) pump.destroy();
      }
      if (waitedTooLong) resolve();
    }, drainIdleMs / 8);
  });
  await Promise.race([Promise.allSettled(pumps.map((pump) => pump.done)), outOfPatience]);
  clearInterval(timer);
  return !cut;
}
