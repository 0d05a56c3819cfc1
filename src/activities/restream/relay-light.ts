// Short work on the catalog: a relay gets its server and epoch, loses them, and moves with its server.
import type { RelayRow, RelayServerRow } from '../../catalog/relay-types.ts';
import { Fault } from '../../domain/fault.ts';
import { placeOn, type PlacementServer } from '../../domain/placement.ts';
import { isoFromMs } from '../../domain/range.ts';
import { relayPath } from '../../domain/relay-path.ts';
import { redactUrl } from '../../domain/url.ts';
import { patient } from './patient.ts';
import type { RestreamDeps } from './restream-deps.ts';
import { tellRelays } from './tell-relays.ts';
import type { MovedRelays, PlacedRelay, PlaceRequest, RestreamActivities } from './types.ts';

export const createRestreamActivities = (deps: RestreamDeps): RestreamActivities =>
  patient({
    tellRelays: (request) => tellRelays(deps.catalog.relays, request),
    placeRelay: (request) => placeRelay(deps, request),
    removeRelay: async ({ cameraId }) => void (await deps.catalog.relays.remove(cameraId)),
    readPause: async () => ({ paused: await deps.catalog.relays.isPaused() }),
    setRelaysPaused: ({ paused }) => deps.catalog.relays.setPaused(paused),
    settleServers: () => settleServers(deps),
  });

async function placeRelay(deps: RestreamDeps, request: PlaceRequest): Promise<PlacedRelay> {
  const { relays } = deps.catalog;
  const { cameraId, stopped, forgive } = request;
  const row = await relays.get(cameraId);
  const engine = request.engine ?? row?.spec.engine ?? deps.settings.engine;
  if (!row?.wanted)
    return { wanted: false, engine, server: '', epoch: row?.epoch ?? 0, report: goneReport(deps, row) };
  const server = (await chooseServer(deps))(row);
  const placed = await relays.place({ cameraId, engine, server, stopped, forgive });
  return {
    ...{ wanted: true, engine, server, epoch: placed.epoch },
    report: {
      epoch: placed.epoch,
      state: stopped ? 'stopped' : 'connecting',
      sinceAt: isoFromMs(Date.now()),
      engine,
      server,
      viewUrl: await viewUrlOf(deps, placed),
      source: redactUrl(placed.spec.url),
      restarts: placed.report?.restarts ?? 0,
      ...(placed.report?.reason === undefined ? {} : { reason: placed.report.reason }),
    },
  };
}

const goneReport = ({ settings }: RestreamDeps, row: RelayRow | undefined): PlacedRelay['report'] => ({
  epoch: row?.epoch ?? 0,
  state: 'stopped',
  sinceAt: isoFromMs(Date.now()),
  engine: row?.engine ?? settings.engine,
  source: row ? redactUrl(row.spec.url) : '',
  restarts: row?.report?.restarts ?? 0,
});

async function viewUrlOf({ catalog, settings }: RestreamDeps, row: RelayRow): Promise<string> {
  const { spec } = (await catalog.relayServers.get(row.server ?? '')) ?? {};
  return `${spec?.viewUrl ?? spec?.rtspUrl ?? ''}/${relayPath(settings.pathPrefix, row.cameraId)}`;
}

/** @throws Fault SourceUnreachable when no server answers: tried again until one does */
async function chooseServer({ catalog }: RestreamDeps): Promise<(row: RelayRow) => string> {
  const servers = await catalog.relayServers.list();
  const up = serversAble(servers);
  if (up.length > 0) return (row) => placeOn(row.cameraId, up, row.spec.server)!;
  const known = servers.map(({ name, state }) => `${name} is ${state}`).join(', ') || 'none is known';
  throw new Fault('SourceUnreachable', `No MediaMTX server can carry relays: ${known}.`);
}

/** Those that are up; while none is, those that answer and wait for the word: they carry pictures, lost ones do not. */
function serversAble(servers: readonly RelayServerRow[]): PlacementServer[] {
  const up = servers.filter(({ state }) => state === 'up');
  const able = up.length > 0 ? up : servers.filter(({ state }) => state === 'held');
  return able.map(({ name, spec }) => ({ name, weight: spec.weight }));
}

/**
 * Every relay goes where its camera's score is highest among the servers that are up: only the shares of lost, returned, new and removed
 * servers move. While no server answers, all stay where they are.
 */
async function settleServers({ catalog: { relays, relayServers } }: RestreamDeps): Promise<MovedRelays> {
  const servers = await relayServers.list();
  const up = serversAble(servers);
  let moved = 0;
  if (up.length === 0) return { moved };
  const to = (row: RelayRow): string => placeOn(row.cameraId, up, row.spec.server)!;
  // A relay may have been placed on a server while that was being removed.
  const holders = new Set((await relays.list()).flatMap(({ server }) => server ?? []));
  for (const from of holders) moved += await relays.move({ from, to });
  return { moved };
}
