// Reads the list of cameras until something has changed: the one place where the user's table becomes what is wanted.
import { setTimeout as delay } from 'node:timers/promises';
import { cancellationSignal } from '@temporalio/activity';
import { cameraChanges, type MissingCameras } from '../../domain/camera-changes.ts';
import { ownHeartbeat } from '../own-heartbeat.ts';
import type { CameraListRead, RestreamDeps } from './restream-deps.ts';
import type { WatchOutcome, WatchRequest } from './types.ts';
import { createVouching, type Vouching } from '../vouching.ts';

/** Told at once: their workflows are started or signalled by one workflow task. */
const pageLength = 100;

/** The longest that one look at list and catalog may take; the list's own time-outs are far below. */
const readSeconds = 60;

export async function watchCameras(deps: RestreamDeps, request: WatchRequest): Promise<WatchOutcome> {
  const signal = cancellationSignal();
  const vouching = createVouching(ownHeartbeat());
  const ended = new AbortController();
  const wake = createWake(signal);
  deps.onCamerasChanged(AbortSignal.any([signal, ended.signal]), wake.now);
  try {
    return await watch({ deps, request, signal, vouching, wake });
  } finally {
    vouching.stop();
    ended.abort();
  }
}

interface Watch {
  deps: RestreamDeps;
  request: WatchRequest;
  signal: AbortSignal;
  vouching: Vouching;
  wake: Wake;
}

async function watch({ deps, request, signal, vouching, wake }: Watch): Promise<WatchOutcome> {
  const { pollSeconds } = deps.settings;
  const { accept } = request;
  let missing = lately(deps);
  let progress = {};
  for (;;) {
    vouching.until(readSeconds, progress);
    const read = await readOnce(deps, { missing, accept, signal });
    missing = read.missing;
    memories.set(deps, { missing, atMs: performance.now() });
    const acceptOwed = accept && read.failed;
    const outcome = await outcomeOf(deps, read.attention);
    if ((accept && !acceptOwed) || isNews(outcome, request))
      return { ...outcome, ...(acceptOwed ? { acceptOwed } : {}) };
    progress = { cameras: read.cameras, ...(read.attention ? { attention: read.attention } : {}) };
    vouching.until(pollSeconds + readSeconds, progress);
    await wake.after(pollSeconds * 1000);
    signal.throwIfAborted();
  }
}

/** A watch ends with every change of the list: what it missed counts on in the next one of this worker, if that begins at once. */
const memories = new WeakMap<RestreamDeps, { missing: MissingCameras; atMs: number }>();

function lately(deps: RestreamDeps): MissingCameras {
  const memory = memories.get(deps);
  const longestMs = (deps.settings.pollSeconds + readSeconds) * 1000;
  return memory && performance.now() - memory.atMs < longestMs ? memory.missing : new Map();
}

interface Reading {
  missing: MissingCameras;
  accept: boolean;
  signal: AbortSignal;
}

interface Read {
  /** The list could not be read. */
  failed: boolean;
  missing: MissingCameras;
  cameras: number;
  attention?: string;
}

/** One look at the list; what it says goes into the catalog, which is the last good list from then on. */
async function readOnce(deps: RestreamDeps, { missing, accept, signal }: Reading): Promise<Read> {
  const { relays } = deps.catalog;
  const lastGood = await relays.fingerprints();
  const read = await deps.readCameras(signal).catch((error: unknown) => {
    signal.throwIfAborted();
    return { error: error instanceof Error ? error.message : String(error) };
  });
  const { vanishShare, confirmGoneSeconds } = deps.settings;
  const changes = cameraChanges({
    ...{ lastGood, missing, vanishShare, nowMs: Date.now(), confirmMs: confirmGoneSeconds * 1000 },
    // Whether a row has changed is the catalog's own comparison.
    read: 'error' in read ? read : { cameras: present(read, lastGood) },
  });
  if (!('error' in read)) {
    const off = read.switchedOff.filter((id) => lastGood.has(id));
    const gone = accept ? absentees(read, lastGood) : [...changes.gone, ...off];
    await relays.sync({ cameras: read.cameras, gone });
  }
  const problems = 'error' in read ? undefined : problemsSentence(read.problems);
  const doubt = 'error' in read || !accept ? changes.attention : undefined;
  const sentences = [doubt, problems].filter((one) => one !== undefined);
  return {
    failed: 'error' in read,
    missing: changes.missing,
    cameras: 'error' in read ? lastGood.size : read.cameras.length,
    ...(sentences.length > 0 ? { attention: sentences.join(' ') } : {}),
  };
}

/** Everything the list names, right or not. */
function present(
  { cameras, illDescribed, switchedOff }: CameraListRead,
  lastGood: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const ids = [...cameras.map(({ cameraId }) => cameraId), ...illDescribed, ...switchedOff];
  return new Map(ids.map((id) => [id, lastGood.get(id) ?? '']));
}

/** What the operator lets go: all that is not relayed by this list, and not merely ill described. */
function absentees(
  { cameras, illDescribed }: CameraListRead,
  lastGood: ReadonlyMap<string, string>,
): string[] {
  const stay = new Set([...cameras.map(({ cameraId }) => cameraId), ...illDescribed]);
  return [...lastGood.keys()].filter((id) => !stay.has(id));
}

function problemsSentence(problems: readonly string[]): string | undefined {
  if (problems.length === 0) return undefined;
  const more = problems.length > 3 ? ` and ${problems.length - 3} more` : '';
  return `Rows that cannot be served: ${problems.slice(0, 3).join('; ')}${more}.`;
}

async function outcomeOf(deps: RestreamDeps, attention: string | undefined): Promise<WatchOutcome> {
  const { relays, relayServers } = deps.catalog;
  const untold = await relays.listUntold(pageLength);
  const servers = (await relayServers.list()).map(({ name }) => name);
  const noServer =
    servers.length === 0 ? 'No MediaMTX server is known: `longtake restream server add`.' : undefined;
  const sentences = [attention, noServer].filter((one) => one !== undefined);
  const wanted = untold.filter(({ wanted }) => wanted);
  return {
    added: wanted.filter(({ isNew }) => isNew),
    changed: wanted.filter(({ isNew }) => !isNew),
    gone: untold.filter(({ wanted }) => !wanted),
    servers,
    ...(sentences.length > 0 ? { attention: sentences.join(' ') } : {}),
  };
}

const isNews = ({ added, changed, gone, attention, servers }: WatchOutcome, known: WatchRequest): boolean =>
  added.length + changed.length + gone.length > 0 ||
  attention !== known.attention ||
  servers.join('\n') !== known.servers.join('\n');

interface Wake {
  now: () => void;
  /** Waits until it is woken, the time is up, or the work is cancelled. */
  after(ms: number): Promise<void>;
}

function createWake(signal: AbortSignal): Wake {
  let waiting = new AbortController();
  return {
    now: () => waiting.abort(),
    async after(ms) {
      await delay(ms, undefined, { signal: AbortSignal.any([signal, waiting.signal]) }).catch(
        () => undefined,
      );
      waiting = new AbortController();
    },
  };
}
