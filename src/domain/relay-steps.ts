// How one pulled relay goes on: what has been seen of its camera and of its path at MediaMTX, and what is to be done next.
import type { FaultType } from './fault.ts';

/** As operators see it; the words are explained in contract/restream-messages.ts. */
export type ShownState = 'connecting' | 'live' | 'waiting' | 'refused' | 'stalled';

export type RelayPhase =
  /** The camera is being asked. */
  | 'probing'
  /** The path stands at the server, no picture yet. */
  | 'connecting'
  | 'live'
  /** The next probe is due at `nextTryMs`. */
  | 'waiting'
  /** The camera refuses the login. */
  | 'refused';

export interface RelayMemory {
  phase: RelayPhase;
  sinceMs: number;
  /** The last change came from pictures that stopped while the connection stood. */
  stalled: boolean;
  /** Failures since the last healthy run. */
  failures: number;
  nextTryMs: number;
  /** Bytes received, as last seen to grow, and when. */
  bytes: number;
  bytesAtMs: number;
  upSinceMs?: number;
  restarts: number;
  reason?: string;
  /** The last failure was a refused login: no try before its time. */
  loginRefused?: boolean;
  /** When its wait was last cut short. */
  hurriedMs?: number;
}

/** What the server says of the path; absent when it has none of that name. */
export interface SeenPath {
  available: boolean;
  inboundBytes: number;
}

export interface RelayLimits {
  connectMs: number;
  stallMs: number;
  /** A run of this length counts as healthy. */
  healthyMs: number;
  /** Wait before try `failures + 1`. */
  backoffMs: (failures: number) => number;
}

/** `add`: put the path up; `remove`: take it down; `probe`: ask the camera. In this order. */
export type RelayAction = 'remove' | 'add' | 'probe';

export interface RelayStep {
  memory: RelayMemory;
  actions: RelayAction[];
}

/** A relay that nobody has looked at yet; `restarts` are those of its earlier keepers. */
export const newRelay = (nowMs: number, restarts = 0): RelayMemory => ({
  phase: 'waiting',
  sinceMs: nowMs,
  stalled: false,
  failures: 0,
  nextTryMs: nowMs,
  bytes: 0,
  bytesAtMs: nowMs,
  restarts,
});

/** A relay whose path stands already, left by an earlier keeper: what it shows is believed, nothing is touched. */
export const foundRelay = (nowMs: number, found: { restarts: number; upSinceMs?: number; seen: SeenPath }) =>
  ({
    ...newRelay(nowMs, found.restarts),
    phase: found.seen.available ? 'live' : 'connecting',
    bytes: found.seen.inboundBytes,
    ...(found.seen.available ? { upSinceMs: found.upSinceMs ?? nowMs } : {}),
  }) satisfies RelayMemory;

export function shownState({ phase, stalled, failures }: RelayMemory): ShownState {
  if (phase === 'live' || phase === 'refused') return phase;
  if (stalled) return 'stalled';
  return failures > 0 && phase !== 'connecting' ? 'waiting' : 'connecting';
}

/** One look at the server. */
export function looked(
  memory: RelayMemory,
  seen: SeenPath | undefined,
  { nowMs, limits }: { nowMs: number; limits: RelayLimits },
): RelayStep {
  if (memory.phase === 'waiting' || memory.phase === 'refused') return waits(memory, seen, nowMs);
  if (memory.phase === 'probing') return { memory, actions: [] };
  // The server was restarted, or somebody removed it: the camera has done nothing wrong.
  if (!seen) return { memory: connecting(memory, nowMs), actions: ['add'] };
  if (!seen.available) return withoutPicture(memory, { nowMs, limits });
  return withPicture(memory, seen, { nowMs, limits });
}

/** The camera answered a probe. */
export const probed = (memory: RelayMemory, nowMs: number): RelayStep => ({
  memory: connecting(memory, nowMs),
  actions: ['add'],
});

/** The server has taken the path: a busy one may let that wait, and only now can the picture be late. */
export const putUpAt = (memory: RelayMemory, nowMs: number): RelayMemory =>
  memory.phase === 'connecting' ? { ...memory, sinceMs: nowMs, bytesAtMs: nowMs } : memory;

/** The camera did not. @param mayLogIn false: the budget of refused logins is used up */
export function probeFailed(
  memory: RelayMemory,
  failure: { type: FaultType; message: string; mayLogIn: boolean },
  { nowMs, limits }: { nowMs: number; limits: RelayLimits },
): RelayStep {
  const { type, message: reason, mayLogIn } = failure;
  if (type === 'AuthRejected' && !mayLogIn)
    return { memory: { ...memory, phase: 'refused', sinceMs: nowMs, reason }, actions: [] };
  const step = failed(memory, { reason, nowMs, limits });
  return type === 'AuthRejected' ? { ...step, memory: { ...step.memory, loginRefused: true } } : step;
}

/** A dead camera is tried at most so often before its time, however many neighbours come back one after the other. */
const hurryPauseMs = 30_000;

/** A neighbour in the network answers again, as after the restart of a switch: this one is tried at once, unless it refused its login. */
export function hurried(memory: RelayMemory, nowMs: number): RelayMemory {
  const { phase, loginRefused, nextTryMs, hurriedMs = -Infinity } = memory;
  if (phase !== 'waiting' || loginRefused || nextTryMs <= nowMs) return memory;
  return nowMs - hurriedMs < hurryPauseMs ? memory : { ...memory, nextTryMs: nowMs, hurriedMs: nowMs };
}

/** What was to be done was cut off, before the camera could be asked: it is asked again. */
export const cutOff = (memory: RelayMemory, nowMs: number): RelayMemory =>
  memory.phase === 'probing' ? { ...memory, phase: 'waiting', nextTryMs: nowMs } : memory;

/** A path that is to be removed, and has been brought back by the server's own try before its turn came: it is failing no more. */
export const isBack = ({ phase, failures, stalled }: RelayMemory, seen: SeenPath | undefined): boolean =>
  phase === 'waiting' && failures > 0 && !stalled && seen?.available === true;

function waits(memory: RelayMemory, seen: SeenPath | undefined, nowMs: number): RelayStep {
  if (seen && isBack(memory, seen))
    return { memory: { ...connecting(memory, nowMs), bytes: seen.inboundBytes }, actions: [] };
  // Nobody may try this camera but us.
  const actions: RelayAction[] = seen ? ['remove'] : [];
  if (memory.phase === 'refused' || nowMs < memory.nextTryMs) return { memory, actions };
  return { memory: { ...memory, phase: 'probing' }, actions: [...actions, 'probe'] };
}

const connecting = (memory: RelayMemory, nowMs: number): RelayMemory => {
  const { upSinceMs: _, ...rest } = memory;
  return { ...rest, phase: 'connecting', sinceMs: nowMs, bytes: 0, bytesAtMs: nowMs };
};

interface Now {
  nowMs: number;
  limits: RelayLimits;
}

function withoutPicture(memory: RelayMemory, { nowMs, limits }: Now): RelayStep {
  if (memory.phase === 'connecting') {
    if (nowMs - memory.sinceMs < limits.connectMs) return { memory, actions: [] };
    const reason = `The camera answered a probe, but sent MediaMTX no picture within ${limits.connectMs / 1000} s.`;
    return withRemoval(failed(memory, { reason, nowMs, limits }));
  }
  const reason = 'The camera ended the connection, or it broke off.';
  return withRemoval(failed(afterRun(memory, { nowMs, limits }), { reason, nowMs, limits }));
}

function withPicture(memory: RelayMemory, seen: SeenPath, { nowMs, limits }: Now): RelayStep {
  const grew = seen.inboundBytes !== memory.bytes;
  if (memory.phase === 'connecting' && grew) return { memory: goneLive(memory, seen, nowMs), actions: [] };
  if (grew) {
    const grown = { ...memory, bytes: seen.inboundBytes, bytesAtMs: nowMs };
    const isHealthy = memory.upSinceMs !== undefined && nowMs - memory.upSinceMs >= limits.healthyMs;
    return { memory: isHealthy && memory.failures > 0 ? { ...grown, failures: 0 } : grown, actions: [] };
  }
  if (nowMs - memory.bytesAtMs < limits.stallMs) return { memory, actions: [] };
  const reason = `No new picture for ${Math.round((nowMs - memory.bytesAtMs) / 1000)} s while the connection stood.`;
  const run = afterRun(memory, { nowMs, limits });
  const waiting = failed(run, { reason, nowMs, limits }).memory;
  // It has been waited for long enough: the first try is due at once.
  const nextTryMs = run.failures === 0 ? nowMs : waiting.nextTryMs;
  return { memory: { ...waiting, nextTryMs, stalled: true }, actions: ['remove'] };
}

function goneLive(memory: RelayMemory, seen: SeenPath, nowMs: number): RelayMemory {
  return {
    ...memory,
    phase: 'live',
    sinceMs: nowMs,
    upSinceMs: nowMs,
    bytes: seen.inboundBytes,
    bytesAtMs: nowMs,
    stalled: false,
  };
}

/** A healthy run wipes the slate: what comes next is a first failure. */
function afterRun(memory: RelayMemory, { nowMs, limits }: Now): RelayMemory {
  const { upSinceMs, ...rest } = memory;
  const isHealthy = upSinceMs !== undefined && nowMs - upSinceMs >= limits.healthyMs;
  return { ...rest, failures: isHealthy ? 0 : memory.failures };
}

function failed(memory: RelayMemory, { reason, nowMs, limits }: Now & { reason: string }): RelayStep {
  const wasLive = memory.phase === 'live';
  return {
    memory: {
      ...memory,
      phase: 'waiting',
      sinceMs: shownState(memory) === 'waiting' ? memory.sinceMs : nowMs,
      nextTryMs: nowMs + limits.backoffMs(memory.failures),
      failures: memory.failures + 1,
      restarts: memory.restarts + (wasLive ? 1 : 0),
      stalled: false,
      loginRefused: false,
      reason,
    },
    actions: [],
  };
}

const withRemoval = ({ memory, actions }: RelayStep): RelayStep => ({
  memory,
  actions: ['remove', ...actions],
});
