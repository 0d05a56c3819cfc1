// What a keeper holds in its hands: the server, the relays on it, its budget and its clocks.
import type { RelayServerSpec } from '../../catalog/relay-types.ts';
import { relayBackoffSeconds } from '../../domain/relay-backoff.ts';
import type { RelayLimits } from '../../domain/relay-steps.ts';
import type { Control, PathState } from '../../mediamtx/control.ts';
import { createConnectBudget, type ConnectBudget } from './connect-budget.ts';
import type { KeptRelay } from './kept-relay.ts';
import { apiLanes, createTurns, type Turns } from './lanes.ts';
import type { RestreamDeps, RestreamSettings } from './restream-deps.ts';

export interface KeeperSpec {
  server: string;
  spec: RelayServerSpec;
  control: Control;
  signal: AbortSignal;
}

export interface Look {
  relay: KeptRelay;
  /** Its path at the server. */
  seen: PathState | undefined;
  nowMs: number;
}

export interface Keeping extends KeeperSpec {
  deps: RestreamDeps;
  settings: RestreamSettings;
  /** By camera id. */
  kept: Map<string, KeptRelay>;
  /** Names of the paths that the catalog wants, as it last said; undefined before its first answer. */
  wantedPaths?: ReadonlySet<string>;
  budget: ConnectBudget;
  /** Relays for which the budget had no connection, in their order, with what the last round has seen of them. */
  crowd: Look[];
  limits: RelayLimits;
  /** For changes of paths beside the rounds: each costs the server more, the more paths it has, and too many at once would time out. */
  turns: Turns;
  /** Probes and calls that rounds do not wait for. */
  underWay: Set<Promise<unknown>>;
  /** What is being told, one thing after the other; undefined while all has been told. */
  telling?: Promise<void> | undefined;
  /** What is being written to the catalog, likewise. */
  recording?: Promise<void> | undefined;
  /** Epoch milliseconds that never go back: a clock that is set does not make relays wait. */
  now: () => number;
  /** When the configured paths were last compared with what is wanted. */
  comparedMs: number;
  /** When figures were last written to the catalog. */
  recordedMs: number;
}

/** A run of this length wipes the slate. */
const healthyMs = 30_000;

export function openKeeping(deps: RestreamDeps, spec: KeeperSpec): Keeping {
  const { settings } = deps;
  const startedMs = Date.now() - performance.now();
  return {
    ...spec,
    deps,
    settings,
    kept: new Map(),
    budget: createConnectBudget(settings.connects),
    crowd: [],
    turns: createTurns(apiLanes),
    limits: {
      connectMs: settings.connectSeconds * 1000,
      stallMs: settings.stallSeconds * 1000,
      healthyMs,
      backoffMs: (failures) => relayBackoffSeconds({ failures, ...settings, jitter: Math.random() }) * 1000,
    },
    underWay: new Set(),
    now: () => Math.round(startedMs + performance.now()),
    comparedMs: -Infinity,
    recordedMs: -Infinity,
  };
}
