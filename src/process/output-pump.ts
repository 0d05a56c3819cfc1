// Carries one output stream of a child to its consumer with backpressure and knows when nothing more will come.
import type { Readable } from 'node:stream';

export interface OutputPump {
  /** Settles when the stream has ended and the consumer has taken everything; rejects with the consumer's error. */
  done: Promise<void>;
  /** True when nothing came since the last question and the consumer is free. */
  wasQuiet(): boolean;
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
  let quiet = true;
  const pump = async (): Promise<void> => {
    try {
      for await (const chunk of stream) {
        quiet = false;
        busy = true;
        await consumer.chunk(chunk as Buffer);
        busy = false;
      }
    } catch (error) {
      if (!givenUp) throw error;
    }
    consumer.end?.();
  };
  return {
    done: pump(),
    wasQuiet: () => {
      const answer = quiet && !busy;
      quiet = true;
      return answer;
    },
    destroy: () => {
      givenUp = true;
      stream.destroy();
    },
  };
}

/** After the exit nobody should hold the pipes any more; whoever does for eight of these is cut off. */
const tickMs = 250;
const quietTicksMax = 8;

/** A stopped run waits no longer than this for its own consumer. */
const stoppedDrainMs = 5000;

/** Waits until the pumps are dry. False when somebody still held a pipe long after the exit and was cut off. */
export async function drainPumps(pumps: readonly OutputPump[], stopped: boolean): Promise<boolean> {
  const startedMs = performance.now();
  let quietTicks = 0;
  let cut = false;
  let timer: NodeJS.Timeout | undefined;
  const outOfPatience = new Promise<void>((resolve) => {
    // Ticks are counted, not milliseconds: between two of them the pipes were read, even where the worker stood still.
    timer = setInterval(() => {
      const allQuiet = pumps.map((pump) => pump.wasQuiet()).every(Boolean);
      quietTicks = allQuiet ? quietTicks + 1 : 0;
      const waitedTooLong = stopped && performance.now() - startedMs > stoppedDrainMs;
      if (!cut && (quietTicks >= quietTicksMax || waitedTooLong)) {
        cut = true;
        for (const pump of pumps) pump.destroy();
      }
      if (waitedTooLong) resolve();
    }, tickMs);
  });
  await Promise.race([Promise.allSettled(pumps.map((pump) => pump.done)), outOfPatience]);
  clearInterval(timer);
  return !cut;
}
