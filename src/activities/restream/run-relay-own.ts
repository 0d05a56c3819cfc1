// What one activity knows of the relay it owns: its epoch, the last known row, and whether the row still wants what is being done.
import { setTimeout as delay } from 'node:timers/promises';
import type { RelayRow } from '../../catalog/relay-types.ts';
import { relayPath } from '../../domain/relay-path.ts';
import { loginsAllowed, loginWindowSeconds } from './logins.ts';
import type { RestreamDeps } from './restream-deps.ts';

export interface OwnRelay {
  deps: RestreamDeps;
  /** The activity's own. */
  signal: AbortSignal;
  /** Of its pictures: they may outlive the activity. */
  pictures: AbortSignal;
  cameraId: string;
  epoch: number;
  /** Name of its path at the server. */
  path: string;
  /** The last known: a catalog that is away wants what it wanted before. */
  row: RelayRow;
  isPaused: boolean;
  /** Logins that the camera refused, epoch milliseconds: the catalog's count, or ours while it is away. */
  refusedAtMs: number[];
  /** Until then the activity vouches for itself (performance.now()): what it waits for ends by itself earlier. */
  vouchedUntilMs: number;
}

/** Takes the relay over; undefined when the row wants no relay of this engine. @throws Fault CatalogUnavailable: without an epoch nothing is published */
export async function openRelay(
  deps: RestreamDeps,
  { cameraId, signal }: { cameraId: string; signal: AbortSignal },
): Promise<OwnRelay | undefined> {
  const { relays } = deps.catalog;
  const before = await relays.get(cameraId);
  // A new epoch would only disturb the keeper of a pulled relay.
  if (!before || !wantsFfmpeg(before)) return undefined;
  const isPaused = await relays.isPaused();
  const row = await relays.openEpoch(cameraId);
  return {
    ...{ deps, signal, cameraId, row, isPaused, epoch: row.epoch },
    pictures: deps.handOver.pictures(signal),
    path: relayPath(deps.settings.pathPrefix, cameraId),
    refusedAtMs: row.refusedAtMs,
    vouchedUntilMs: 0,
  };
}

const wantsFfmpeg = ({ wanted, stopped, engine }: RelayRow): boolean =>
  wanted && !stopped && engine === 'ffmpeg';

/** Someone newer owns it, or nobody wants it from us. */
export const isOver = ({ row, epoch }: OwnRelay): boolean => row.epoch > epoch || !wantsFfmpeg(row);

/** Reads the row anew. */
export async function look(own: OwnRelay): Promise<void> {
  const { relays } = own.deps.catalog;
  try {
    const [row, isPaused] = await Promise.all([relays.get(own.cameraId), relays.isPaused()]);
    own.row = row ?? { ...own.row, wanted: false };
    own.isPaused = isPaused;
  } catch {
    // Without the catalog pictures go on as they were wanted last.
  }
}

const vouchMarginSeconds = 10;

/** What follows takes at most so long, or has failed to end itself and is to be taken from us. */
export function vouch(own: OwnRelay, seconds: number): void {
  own.vouchedUntilMs = performance.now() + (seconds + vouchMarginSeconds) * 1000;
}

/** Waits; returns early when the relay is over or `until` holds for its row. */
export async function rest(own: OwnRelay, { seconds, until }: { seconds: number; until: () => boolean }) {
  const { keepSeconds } = own.deps.settings;
  const endMs = performance.now() + seconds * 1000;
  for (let leftMs = seconds * 1000; leftMs > 0; leftMs = endMs - performance.now()) {
    vouch(own, keepSeconds);
    await delay(Math.min(leftMs, keepSeconds * 1000), undefined, { signal: own.signal });
    await look(own);
    if (isOver(own) || until()) return;
  }
}

/** Runs the work while the row wants it; undefined when it does not any more. Errors of the work pass. At its worker's end the work is handed over. */
export async function whileWanted<T>(
  own: OwnRelay,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const { handOver } = own.deps;
  const unwanted = new AbortController();
  const ended = new AbortController();
  void follow(own, { ended: ended.signal, onUnwanted: () => unwanted.abort() });
  const signal = AbortSignal.any([own.pictures, unwanted.signal]);
  try {
    return await handOver.heldBy(
      own.signal,
      work(signal).finally(() => ended.abort()),
    );
  } catch (error) {
    own.signal.throwIfAborted();
    if (unwanted.signal.aborted) return undefined;
    throw error;
  }
}

/** A newer owner at the same server ends our pictures by the gate when its own are there; one that brings none is waited for no longer than a grace. */
async function follow(own: OwnRelay, watch: { ended: AbortSignal; onUnwanted: () => void }): Promise<void> {
  const { handOverSeconds, keepSeconds } = own.deps.settings;
  const { server } = own.row;
  let grace: NodeJS.Timeout | undefined;
  while (!watch.ended.aborted) {
    if (!wantsFfmpeg(own.row) || own.isPaused || own.row.server !== server) watch.onUnwanted();
    else if (own.row.epoch > own.epoch) grace ??= setTimeout(watch.onUnwanted, handOverSeconds * 1000);
    await delay(keepSeconds * 1000, undefined, { signal: watch.ended }).catch(() => undefined);
    if (!watch.ended.aborted) await look(own);
  }
  clearTimeout(grace);
}

/** The camera has refused so many logins that one more could lock the account. */
export const isRefused = ({ refusedAtMs }: OwnRelay): boolean =>
  refusedAtMs.filter(stillCounts).length >= loginsAllowed;

const stillCounts = (atMs: number): boolean => atMs > Date.now() - loginWindowSeconds * 1000;

export async function noteRefusal(own: OwnRelay): Promise<void> {
  const { cameraId, deps } = own;
  const refusal = { cameraId, atMs: Date.now(), windowSeconds: loginWindowSeconds };
  const noted = await deps.catalog.relays.noteRefusal(refusal).catch(() => undefined);
  own.refusedAtMs = noted ?? [...own.refusedAtMs, refusal.atMs];
}

/** Waits for a word: other credentials, another row, or refusals forgiven. Time alone forgives nothing. */
export async function waitForLogin(own: OwnRelay): Promise<void> {
  const { revision } = own.row;
  const known = own.row.refusedAtMs.length > 0 ? own.row.refusedAtMs : undefined;
  // Young enough that the catalog drops it by a word alone.
  const isForgiven = (): boolean =>
    known !== undefined && own.row.refusedAtMs.length === 0 && known.some(stillCounts);
  let isWoken = false;
  while (!isWoken && !isOver(own) && !own.isPaused) {
    const until = (): boolean => own.isPaused || own.row.revision !== revision || isForgiven();
    await rest(own, { seconds: 3600, until });
    isWoken = own.row.revision !== revision || isForgiven();
  }
  if (isWoken) own.refusedAtMs = [];
}
