// What the catalog wants of a keeper: relays that came, that were placed anew, and that are no longer its own.
import type { RelayRow } from '../../catalog/relay-types.ts';
import { relayPath } from '../../domain/relay-path.ts';
import { foundRelay, newRelay, type RelayMemory } from '../../domain/relay-steps.ts';
import { fullBucket } from '../../domain/token-bucket.ts';
import { parseSourceUrl, withCredentials } from '../../domain/url.ts';
import type { PathState } from '../../mediamtx/control.ts';
import { neighbourhoodOf } from './connect-budget.ts';
import { takeDown } from './keep-paths.ts';
import { tellingRule, tellPaused } from './keep-telling.ts';
import type { Keeping } from './keeping.ts';
import { streamsText, type KeptRelay } from './kept-relay.ts';
import { apiLanes, inLanes } from './lanes.ts';
import { loginsAllowed, loginWindowSeconds } from './logins.ts';

type Seen = ReadonlyMap<string, PathState>;

/** Without the catalog, what was wanted last is still wanted. */
export async function takeOrders(keeping: Keeping, seen: Seen, nowMs: number): Promise<void> {
  const { kept, deps, server } = keeping;
  const { relays } = deps.catalog;
  const epochs = await relays.epochsOn(server).catch(() => undefined);
  if (!epochs) return;
  keeping.wantedPaths = new Set([...epochs.keys()].map((id) => relayPath(keeping.settings.pathPrefix, id)));
  const gone = [...kept.values()].filter(({ row: { cameraId } }) => !epochs.has(cameraId));
  if (gone.length > 0) letGo(keeping, gone, nowMs);
  const ids = [...epochs].filter(([id, epoch]) => kept.get(id)?.row.epoch !== epoch).map(([id]) => id);
  const rows = ids.length === 0 ? [] : await relays.getMany(ids).catch(() => []);
  await inLanes(apiLanes, rows, (row) => adopt(keeping, { row, seen, nowMs }).catch(() => undefined));
}

/** Hundreds take longer than a round. Whoever took a relay away tells its workflow; a pause speaks to all at once and is told here. */
function letGo(keeping: Keeping, gone: readonly KeptRelay[], nowMs: number): void {
  const { deps, kept, underWay } = keeping;
  // First: a path that is just being put up sees that it is not wanted any more.
  for (const { row } of gone) kept.delete(row.cameraId);
  const downs = gone.map((relay) => keeping.turns.soon(() => letDown(keeping, relay)));
  const isPaused = deps.catalog.relays.isPaused().catch(() => false);
  const running = Promise.all(downs).then(async (are) => {
    underWay.delete(running);
    if (await isPaused)
      tellPaused(
        keeping,
        gone.filter((_, index) => are[index]),
        nowMs,
      );
  });
  underWay.add(running);
}

/** False: it is not down, because it is wanted again, or because the server fails; then it is let go with a later round. */
async function letDown(keeping: Keeping, relay: KeptRelay): Promise<boolean> {
  const { kept } = keeping;
  const { cameraId } = relay.row;
  if (kept.has(cameraId)) return false;
  const isDown = await takeDown(keeping, relay.path).then(
    () => true,
    () => false,
  );
  if (!isDown && !kept.has(cameraId)) kept.set(cameraId, relay);
  return isDown;
}

interface Adoption {
  row: RelayRow;
  seen: Seen;
  nowMs: number;
}

/** A row placed anew is a word to begin anew; one met at the keeper's own start goes on as it stands. */
async function adopt(keeping: Keeping, { row, seen, nowMs }: Adoption): Promise<void> {
  const { deps, kept, settings } = keeping;
  const path = relayPath(settings.pathPrefix, row.cameraId);
  const former = kept.get(row.cameraId);
  const found = seen.get(path);
  const goesOn = !former && row.report?.epoch === row.epoch ? found : undefined;
  const credentials = await deps.catalog.relays.credentialsOf(row.cameraId);
  const { host } = parseSourceUrl(row.spec.url);
  kept.set(row.cameraId, {
    row,
    path,
    source: withCredentials(row.spec.url, credentials),
    host,
    neighbourhood: neighbourhoodOf(host),
    memory: memoryOf({ row, former, goesOn, nowMs }),
    busy: false,
    isLeaving: false,
    streams: {},
    measured: { bytes: goesOn?.inboundBytes ?? 0, atMs: nowMs },
    toldRate: goesOn !== undefined && row.report?.bitsPerSecond !== undefined,
    tellings: former?.tellings ?? fullBucket(tellingRule, nowMs),
    ...toldOf(row, goesOn !== undefined),
  });
}

/** Whoever placed it told its workflow that it connects; only one that comes back from a pause was last told something else. */
function toldOf({ report }: RelayRow, goesOn: boolean): Pick<KeptRelay, 'toldState' | 'toldStreams'> {
  if (goesOn && report) return { toldState: report.state, toldStreams: streamsText(report) };
  return report?.state === 'stopped' ? {} : { toldState: 'connecting' };
}

interface Remembered {
  row: RelayRow;
  former: KeptRelay | undefined;
  goesOn: PathState | undefined;
  nowMs: number;
}

function memoryOf({ row, former, goesOn, nowMs }: Remembered): RelayMemory {
  const restarts = former ? former.memory.restarts + 1 : (row.report?.restarts ?? 0);
  const refused = row.refusedAtMs.filter((atMs) => atMs > nowMs - loginWindowSeconds * 1000);
  // Time alone forgives nothing, nor does another keeper: a word does, and with it comes another epoch.
  const wasRefused = row.report?.state === 'refused' && row.report.epoch === row.epoch;
  if (wasRefused || refused.length >= loginsAllowed) {
    const reason = row.report?.reason ?? 'The camera refused the login.';
    return { ...newRelay(nowMs, restarts), phase: 'refused', reason };
  }
  if (!goesOn) return newRelay(nowMs, restarts);
  const upSinceMs = row.report?.upSinceAt === undefined ? undefined : Date.parse(row.report.upSinceAt);
  return foundRelay(nowMs, { restarts, seen: goesOn, ...(upSinceMs === undefined ? {} : { upSinceMs }) });
}
