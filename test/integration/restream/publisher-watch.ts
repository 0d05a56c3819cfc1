// Looks again and again who publishes to paths of a MediaMTX, so that a fault test can say for how long there were several.
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { askApi } from '../../../src/mediamtx/api-request.ts';
import { eventually } from '../../setup/eventually.ts';

export interface PublisherWatch extends AsyncDisposable {
  /** Ids of the sessions that publish to each path, as last seen. */
  seen(): ReadonlyMap<string, readonly string[]>;
  /** Waits until a single session publishes to each path, and none of `not`; answers the sessions. */
  single(wait?: { not?: readonly string[]; seconds?: number }): Promise<string[]>;
  /** Ends the watch; the longest time in which a path had several. */
  longestSeveralSeconds(): Promise<number>;
}

const lookMs = 200;
const never = new AbortController().signal;

const sessions = z.object({
  items: z.array(z.object({ id: z.string(), state: z.string(), path: z.string() })),
});

/** Asks who publishes now, at a server as the catalog knows it. */
export async function askPublishers(catalog: Catalog, server: string): Promise<Map<string, string[]>> {
  const [row, secrets] = await Promise.all([
    catalog.relayServers.get(server),
    catalog.relayServers.secretsOf(server),
  ]);
  const { text } = await askApi({
    ...{ baseUrl: row!.spec.apiUrl, credentials: secrets.api, signal: never, method: 'GET' },
    path: 'rtspsessions/list?itemsPerPage=10000',
  });
  const publishers = sessions.parse(JSON.parse(text)).items.filter(({ state }) => state === 'publish');
  const ids = new Map<string, string[]>();
  for (const { id, path } of publishers) ids.set(path, [...(ids.get(path) ?? []), id]);
  return ids;
}

export function watchPublishers(
  { catalog, server }: { catalog: Catalog; server: string },
  paths: readonly string[],
): PublisherWatch {
  const known = new Map(
    paths.map((path) => [path, { ids: [] as string[], notSeveralAtMs: performance.now() }]),
  );
  let longestMs = 0;
  const end = new AbortController();
  const look = async (): Promise<void> => {
    const found = await askPublishers(catalog, server).catch(() => undefined);
    const nowMs = performance.now();
    for (const [path, state] of known) {
      // A server that does not answer tells nothing.
      if (found) state.ids = found.get(path) ?? [];
      longestMs = Math.max(longestMs, nowMs - state.notSeveralAtMs);
      if (state.ids.length < 2) state.notSeveralAtMs = nowMs;
    }
  };
  const watching = (async () => {
    while (!end.signal.aborted) {
      await look();
      await delay(lookMs, undefined, { signal: end.signal }).catch(() => undefined);
    }
  })();
  const stop = async (): Promise<void> => {
    end.abort();
    await watching;
  };
  return {
    seen: () => new Map([...known].map(([path, { ids }]) => [path, ids])),
    single: ({ not = [], seconds = 30 } = {}) =>
      eventually(
        () => {
          const ids = [...known.values()].map((state) => state.ids);
          if (ids.every(({ length }) => length === 1) && !ids.flat().some((id) => not.includes(id)))
            return ids.flat();
          throw new Error(
            `no single publisher of each path after ${seconds} s: ${JSON.stringify([...known])}`,
          );
        },
        { seconds },
      ),
    async longestSeveralSeconds() {
      await stop();
      return longestMs / 1000;
    },
    [Symbol.asyncDispose]: stop,
  };
}
