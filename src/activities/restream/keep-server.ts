// Keeps the pulled relays of one MediaMTX server, for as long as the catalog names the server.
import { setTimeout as delay } from 'node:timers/promises';
import { cancellationSignal } from '@temporalio/activity';
import type { RelayServerRow, RelayServerState } from '../../catalog/relay-types.ts';
import { isFault } from '../../domain/fault.ts';
import { ownHeartbeat } from '../own-heartbeat.ts';
import { keepRound } from './keeper.ts';
import { openKeeping } from './keeping.ts';
import type { RestreamDeps } from './restream-deps.ts';
import { createVouching } from './vouching.ts';

/** The longest that one round may take. */
const roundSeconds = 30;

/** Paths stay as they are when the activity ends: another worker's keeper goes on with them, and no picture stops. */
export async function keepServer(deps: RestreamDeps, { server }: { server: string }): Promise<void> {
  const signal = cancellationSignal();
  let row = await deps.catalog.relayServers.get(server);
  if (!row) return;
  const keeping = openKeeping(deps, {
    server,
    spec: row.spec,
    control: await deps.controlOf(server),
    signal,
  });
  const vouching = createVouching(ownHeartbeat());
  const { keepSeconds, serverLostSeconds } = deps.settings;
  const vouch = (progress: object): void =>
    vouching.until(keepSeconds + roundSeconds, { server, ...progress });
  const silence = createSilence(serverLostSeconds);
  vouch({});
  try {
    while (row) {
      try {
        vouch(await keepRound(keeping, Date.now()));
        silence.broken();
        if (row.state === 'down') await become(deps, row, row.spec.returns === 'auto' ? 'up' : 'held');
      } catch (error) {
        signal.throwIfAborted();
        // A refused account is a server that does not answer us; whatever nobody foresaw is the retry policy's business.
        if (!isFault(error, 'SourceUnreachable', 'AuthRejected', 'SourceBusy')) throw error;
        vouch({ reason: error.message });
        if (silence.isLong() && row.state !== 'down') await become(deps, row, 'down', error.message);
      }
      await delay(keepSeconds * 1000, undefined, { signal });
      row = await namedOrLast(deps, row);
    }
  } finally {
    vouching.stop();
    await Promise.all(keeping.underWay);
  }
}

/** A catalog that is away names every server it named before. */
const namedOrLast = (deps: RestreamDeps, row: RelayServerRow): Promise<RelayServerRow | undefined> =>
  deps.catalog.relayServers.get(row.name).catch(() => row);

function createSilence(longSeconds: number): { broken(): void; isLong(): boolean } {
  let sinceMs: number | undefined;
  return {
    broken: () => (sinceMs = undefined),
    isLong: () => performance.now() - (sinceMs ??= performance.now()) >= longSeconds * 1000,
  };
}

/** Whoever places relays acts on it. Without the catalog nothing is moved; the next round says it again. */
async function become(
  { catalog, tellServersChanged }: RestreamDeps,
  { name }: RelayServerRow,
  state: RelayServerState,
  reason?: string,
): Promise<void> {
  const change = { name, state, ...(reason === undefined ? {} : { reason }) };
  const isNews = await catalog.relayServers.setState(change).catch(() => false);
  if (isNews) await tellServersChanged().catch(() => undefined);
}
