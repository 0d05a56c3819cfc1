// One round of a keeper: what the catalog wants, one look at all paths of the server, then what each relay needs.
import { setTimeout as delay } from 'node:timers/promises';
import { isFault } from '../../domain/fault.ts';
import {
  cutOff,
  isBack,
  looked,
  probeFailed,
  type RelayAction,
  type RelayMemory,
} from '../../domain/relay-steps.ts';
import { askBudgetMs } from './connect-budget.ts';
import { compareConfigs, putUp } from './keep-paths.ts';
import { probe } from './keep-probe.ts';
import { tell } from './keep-telling.ts';
import { takeOrders } from './keep-wanted.ts';
import type { Keeping, Look } from './keeping.ts';
import { measure, type KeptRelay } from './kept-relay.ts';

/** @throws Fault SourceUnreachable when the server does not answer */
export async function keepRound(keeping: Keeping, nowMs: number): Promise<{ relays: number; live: number }> {
  const { control, kept, signal } = keeping;
  keeping.crowd = [];
  const seen = new Map((await control.listPaths(signal)).map((path) => [path.name, path]));
  await takeOrders(keeping, seen, nowMs);
  for (const relay of kept.values()) step(keeping, { relay, seen: seen.get(relay.path), nowMs });
  await compareConfigs(keeping, nowMs);
  tell(keeping, nowMs);
  const live = [...kept.values()].filter(({ memory }) => memory.phase === 'live').length;
  return { relays: kept.size, live };
}

/** Between two rounds: whoever the budget had no connection for is asked again, as often as it grows. */
export async function untilNextRound(keeping: Keeping, seconds: number): Promise<void> {
  const endMs = performance.now() + seconds * 1000;
  for (let leftMs = endMs - performance.now(); leftMs > 0; leftMs = endMs - performance.now()) {
    const pauseMs = keeping.crowd.length > 0 ? Math.min(leftMs, askBudgetMs) : leftMs;
    await delay(pauseMs, undefined, { signal: keeping.signal });
    const { crowd } = keeping;
    keeping.crowd = [];
    for (const look of crowd) step(keeping, { ...look, nowMs: keeping.now() });
  }
}

function step(keeping: Keeping, { relay, seen, nowMs }: Look): void {
  if (relay.busy) return;
  const next = looked(relay.memory, seen, { nowMs, limits: keeping.limits });
  // Its removal waits for its turn, and nothing else is to be done before; that it is back needs no hands.
  if (relay.isLeaving && next.actions.length > 0) return;
  const connects = next.actions.some((action) => action !== 'remove');
  // Without a place in the budget everything stays as it is.
  if (connects && !keeping.budget.take(relay.host, nowMs))
    return void keeping.crowd.push({ relay, seen, nowMs });
  relay.memory = next.memory;
  if (seen && next.memory.phase === 'live') measure(relay, seen, nowMs);
  const [action, ...more] = next.actions;
  if (action === 'remove' && more.length === 0) leave(keeping, relay);
  else if (action) inBackground(keeping, relay, () => act(keeping, relay, next.actions));
}

/** One that MediaMTX brings back before its turn is looked at as any other. */
function leave(keeping: Keeping, relay: KeptRelay): void {
  relay.isLeaving = true;
  follow(keeping, relay, () => remove(keeping, relay).finally(() => (relay.isLeaving = false)));
}

async function act(keeping: Keeping, relay: KeptRelay, actions: readonly RelayAction[]): Promise<void> {
  for (const action of actions) {
    if (action === 'remove') await remove(keeping, relay);
    else if (action === 'add') await keeping.turns.soon(() => putUp(keeping, relay));
    else await probe(keeping, relay);
  }
}

/** Hundreds may wait for their turn, as after the restart of a switch: pictures come first, and some are back by then. */
const remove = (keeping: Keeping, relay: KeptRelay): Promise<void> =>
  keeping.turns.late(async () => {
    const { control, kept, signal } = keeping;
    const { memory, path: name, row } = relay;
    if (kept.get(row.cameraId) !== relay || isWanted(memory)) return;
    if (isBack(memory, await control.getPath({ name, signal }))) return;
    await control.deletePath({ name, signal });
  });

const isWanted = ({ phase }: RelayMemory): boolean => phase === 'connecting' || phase === 'live';

function inBackground(keeping: Keeping, relay: KeptRelay, work: () => Promise<void>): void {
  relay.busy = true;
  follow(keeping, relay, () => work().finally(() => (relay.busy = false)));
}

/** What rounds do not wait for; a server that fails shows in their own looks. */
function follow(keeping: Keeping, relay: KeptRelay, work: () => Promise<void>): void {
  const { kept, underWay } = keeping;
  const running = work()
    .catch((error: unknown) => void (relay.memory = afterFailure(keeping, relay, error)))
    .finally(() => {
      underWay.delete(running);
      // It was taken away meanwhile, and may have left a path behind.
      if (kept.get(relay.row.cameraId) !== relay) keeping.comparedMs = -Infinity;
    });
  underWay.add(running);
}

/** Not the server's words: they may repeat the address with its password. */
const refusal = 'MediaMTX refuses to pull this address; its log says why.';

function afterFailure({ limits, now }: Keeping, { memory }: KeptRelay, error: unknown): RelayMemory {
  if (!isFault(error, 'InputInvalid')) return cutOff(memory, now());
  const failure = { type: error.type, message: refusal, mayLogIn: true };
  return probeFailed(memory, failure, { nowMs: now(), limits }).memory;
}
