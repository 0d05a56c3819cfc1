// Lengths of histories of relays to which nothing happens: they are not to grow.
import type { Client } from '@temporalio/client';
import { relayWorkflowId } from '../../src/contract/ids.ts';
import { eventually } from '../setup/eventually.ts';

export interface HistoryLedger {
  /** From here on nothing is to be added; waits until all is written that is owed. */
  mark(): Promise<void>;
  /** Which relays have grown since the mark, in words. */
  grown(): Promise<string[]>;
}

/** While many paths change at once, workflows hear every 15 s. */
const quietMs = 20_000;

/** Asked one after the other: a sample. */
const sampleSize = 30;

export function openHistoryLedger(client: Client, cameraIds: readonly string[]): HistoryLedger {
  const sample = cameraIds.slice(0, sampleSize);
  let marked = new Map<string, number>();
  const lengths = async (): Promise<Map<string, number>> => {
    const found = new Map<string, number>();
    for (const id of sample)
      found.set(id, (await client.workflow.getHandle(relayWorkflowId(id)).describe()).historyLength);
    return found;
  };
  return {
    async mark() {
      let quietSinceMs = performance.now();
      await eventually(
        async () => {
          const now = await lengths();
          const hasGrown = JSON.stringify([...now]) !== JSON.stringify([...marked]);
          marked = now;
          if (hasGrown) quietSinceMs = performance.now();
          return performance.now() - quietSinceMs > quietMs;
        },
        { what: 'quiet histories', seconds: 120 },
      );
    },
    async grown() {
      const now = await lengths();
      return sample
        .filter((id) => now.get(id) !== marked.get(id))
        .map(
          (id) =>
            `the history of ${id}, to which nothing happened, grew from ${marked.get(id)} to ${now.get(id)}`,
        );
    },
  };
}
