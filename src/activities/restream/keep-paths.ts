// A keeper's hands at the server: paths of ours up and down, and nobody else's touched.
import { putUpAt } from '../../domain/relay-steps.ts';
import type { PathConfig } from '../../mediamtx/control.ts';
import type { KeptRelay } from './kept-relay.ts';
import type { Keeping } from './keeping.ts';
import { apiLanes, inLanes } from './lanes.ts';

const compareMs = 30_000;

/** What a path of this relay is made of; the address is secret. */
export const configOf = ({ source, row, certificateSha256 }: KeptRelay): PathConfig => ({
  source,
  record: row.spec.record ?? false,
  ...(certificateSha256 ? { certificateSha256 } : {}),
});

export const takeDown = ({ control, signal }: Keeping, name: string): Promise<unknown> =>
  control.deletePath({ name, signal });

export async function putUp(keeping: Keeping, relay: KeptRelay): Promise<void> {
  const { control, kept, signal } = keeping;
  await control.putPath({ name: relay.path, config: configOf(relay), signal });
  relay.memory = putUpAt(relay.memory, keeping.now());
  // Let go meanwhile: whoever did that may have been before us at the server.
  if (!kept.has(relay.row.cameraId)) await takeDown(keeping, relay.path);
}

/** Now and then: paths of ours that nobody wants go, those made of something else are made anew. */
export async function compareConfigs(keeping: Keeping, nowMs: number): Promise<void> {
  const { turns, wantedPaths } = keeping;
  if (!wantedPaths || nowMs - keeping.comparedMs < compareMs) return;
  // Some of those that nobody wants wait for their turn already.
  if (turns.waiting() > 0) return;
  const byPath = new Map([...keeping.kept.values()].map((relay) => [relay.path, relay]));
  const configs = await keeping.control.listConfigs(keeping.signal);
  const ours = configs.filter(({ name }) => name.startsWith(keeping.settings.pathPrefix));
  await inLanes(apiLanes, ours, async ({ name, source, record }) => {
    const relay = byPath.get(name);
    // One that is wanted may be without a relay here because its credentials do not open: it is left alone.
    if (!relay) return wantedPaths.has(name) ? undefined : clearAway(keeping, name);
    const wanted = configOf(relay);
    if (isUp(relay) && (source !== wanted.source || record !== wanted.record)) await putUp(keeping, relay);
  });
  keeping.comparedMs = nowMs;
}

/** Beside the rounds: there may be hundreds, as on a server whose relays went to others. One that fails is found again. */
function clearAway(keeping: Keeping, name: string): void {
  const { turns, underWay } = keeping;
  const running = turns
    .late(async () => void (keeping.wantedPaths?.has(name) || (await takeDown(keeping, name))))
    .catch(() => undefined)
    .finally(() => underWay.delete(running));
  underWay.add(running);
}

/** Its path is to stand there. */
const isUp = ({ busy, memory: { phase } }: KeptRelay): boolean =>
  !busy && (phase === 'live' || phase === 'connecting');
