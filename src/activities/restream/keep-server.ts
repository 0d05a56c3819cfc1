// Keeps the pulled relays of one MediaMTX server, for as long as the catalog names the server.
import { isDeepStrictEqual } from 'node:util';
import type { RelayServerRow, RelayServerSpec, RelayServerState } from '../../catalog/relay-types.ts';
import { isFault } from '../../domain/fault.ts';
import { ownHeartbeat } from '../own-heartbeat.ts';
import { createPresence } from './keep-presence.ts';
import { keepRound, untilNextRound } from './keeper.ts';
import { openKeeping, type Keeping } from './keeping.ts';
import type { RestreamDeps } from './restream-deps.ts';
import { createVouching } from '../vouching.ts';
import { askUntilAnswered, wordToEnd } from './word-to-end.ts';

/** The longest that one round may take. */
const roundSeconds = 30;

/** Paths stay as they are when the activity ends: another worker's keeper goes on with them, and no picture stops. */
export async function keepServer(deps: RestreamDeps, { server }: { server: string }): Promise<void> {
  // Without the server's answers it goes on until the server says that another keeper may have begun.
  const onSilence = (end: () => void): void => void askUntilAnswered(deps, end);
  const signal = wordToEnd(deps, { silence: ['timedOut'], onSilence });
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
  const presence = createPresence(serverLostSeconds);
  const vouch = (progress: object): void =>
    vouching.until(keepSeconds + roundSeconds, { server, ...progress, ...presence.memory() });
  const become = createWord(deps);
  vouch({});
  try {
    while (row) {
      const reason = await roundOf(keeping, vouch);
      const nowMs = keeping.now();
      presence[reason === undefined ? 'answered' : 'silent'](nowMs);
      const due = presence.due(row, nowMs);
      if (due) await become.state(row, { ...(reason === undefined ? {} : { reason }), ...due });
      await become.heard();
      await untilNextRound(keeping, presence.nextLookSeconds(keepSeconds, keeping.now()));
      row = await namedOrLast(deps, row);
      if (row && !isDeepStrictEqual(row.spec, keeping.spec)) await reopen(keeping, row.spec);
    }
    // Taken out of the catalog: nothing of ours is to go on there.
    await keepRound(keeping, keeping.now()).catch(() => undefined);
  } finally {
    vouching.stop();
    await Promise.all(keeping.underWay);
  }
}

/** Why the server did not answer; undefined: it did. */
async function roundOf(keeping: Keeping, vouch: (progress: object) => void): Promise<string | undefined> {
  try {
    vouch(await keepRound(keeping, keeping.now()));
    return undefined;
  } catch (error) {
    keeping.signal.throwIfAborted();
    // A refused account is a server that does not answer us; whatever nobody foresaw is the retry policy's business.
    if (!isFault(error, 'SourceUnreachable', 'AuthRejected', 'SourceBusy')) throw error;
    vouch({ reason: error.message });
    await reopen(keeping);
    return error.message;
  }
}

/** A catalog that is away names every server it named before. */
const namedOrLast = (deps: RestreamDeps, row: RelayServerRow): Promise<RelayServerRow | undefined> =>
  deps.catalog.relayServers.get(row.name).catch(() => row);

/** Its address or its accounts may have been changed since. Without the catalog those that are known serve. */
async function reopen(keeping: Keeping, spec?: RelayServerSpec): Promise<void> {
  const control = await keeping.deps.controlOf(keeping.server).catch(() => undefined);
  if (control) Object.assign(keeping, { control, ...(spec ? { spec } : {}) });
}

interface Word {
  /** Without the catalog nothing is moved; the next round says it again. */
  state(row: RelayServerRow, change: { state: RelayServerState; reason?: string }): Promise<void>;
  /** Whoever places relays acts on it: told until it has been heard. */
  heard(): Promise<void>;
}

function createWord({ catalog, tellServersChanged }: RestreamDeps): Word {
  let isOwed = false;
  return {
    async state({ name }, change) {
      isOwed = (await catalog.relayServers.setState({ name, ...change }).catch(() => false)) || isOwed;
    },
    async heard() {
      if (isOwed) isOwed = await tellServersChanged().then(...heardOrNot);
    },
  };
}

const heardOrNot = [() => false, () => true] as const;
