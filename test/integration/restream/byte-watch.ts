// Looks again and again whether the bytes of relays grow, so that a fault test can say for how long pictures stood still.
import { setTimeout as delay } from 'node:timers/promises';
import type { RelayTarget } from './relay-target.ts';

export interface ByteWatch {
  /** Ends the watch; the longest time without a new byte, of any of the paths. */
  longestPauseSeconds(): Promise<number>;
}

const lookMs = 150;

/** `paths` are names of paths at the target. A path that is missing stands still; one made anew counts as new bytes. */
export function watchBytes(target: RelayTarget, paths: readonly string[]): ByteWatch {
  const startMs = performance.now();
  const seen = new Map(paths.map((name) => [name, { bytes: -1, atMs: startMs, longestMs: 0 }]));
  const end = new AbortController();
  const look = async (): Promise<void> => {
    const found = await target.paths().catch(() => undefined);
    // A server that does not answer tells nothing, nor does a watch that was held up itself.
    if (!found) return;
    const nowMs = performance.now();
    for (const [name, known] of seen) {
      const bytes = found.find((path) => path.name === name)?.inboundBytes ?? known.bytes;
      if (bytes === known.bytes) known.longestMs = Math.max(known.longestMs, nowMs - known.atMs);
      else Object.assign(known, { bytes, atMs: nowMs });
    }
  };
  const watching = (async () => {
    while (!end.signal.aborted) {
      await look();
      await delay(lookMs, undefined, { signal: end.signal }).catch(() => undefined);
    }
  })();
  return {
    async longestPauseSeconds() {
      end.abort();
      await watching;
      return Math.max(...[...seen.values()].map(({ longestMs }) => longestMs)) / 1000;
    },
  };
}
