// Whether a keeper's server is there: how long it has been silent, or has answered, and how often it was lost lately.
import { Context } from '@temporalio/activity';
import type { RelayServerRow, RelayServerState } from '../../catalog/relay-types.ts';
import { recentLosses, returnAfterSeconds } from '../../domain/server-return.ts';

export interface Presence {
  /** Another round was answered. */
  answered(nowMs: number): void;
  /** Another round was not. */
  silent(nowMs: number): void;
  /** The state that is due by what has been seen, and why; undefined: none but the present one. */
  due(row: RelayServerRow, nowMs: number): { state: RelayServerState; reason?: string } | undefined;
  /** Until the next round: `keepSeconds`, but sooner while a silence is young, for a restart takes moments and nobody has pictures meanwhile. */
  nextLookSeconds(keepSeconds: number, nowMs: number): number;
  /** For the heartbeat: what the next attempt must know, on whichever worker. */
  memory(): { lossesAtMs?: number[] };
}

/** After the first look that a server did not answer. */
const firstLookSeconds = 0.25;

/** Without an answer for `lostSeconds` a server is lost. */
export function createPresence(lostSeconds: number): Presence {
  let lossesAtMs = rememberedLosses();
  let silentSinceMs: number | undefined;
  let wellSinceMs: number | undefined;
  /** The present silence is among the losses; without the catalog it is found due again with each round. */
  let isNoted = false;

  const returns = ({ sinceMs, state }: RelayServerRow, nowMs: number) => {
    // One that an earlier keeper lost.
    if (lossesAtMs.length === 0 && state !== 'up') lossesAtMs = [sinceMs];
    const seconds = returnAfterSeconds({ lossesAtMs, nowMs, baseSeconds: lostSeconds });
    const isDue = wellSinceMs !== undefined && nowMs - wellSinceMs >= seconds * 1000;
    return { isDue, reason: `It answers again; its cameras return when it has answered for ${seconds} s.` };
  };
  return {
    answered(nowMs) {
      silentSinceMs = undefined;
      isNoted = false;
      wellSinceMs ??= nowMs;
    },
    silent(nowMs) {
      silentSinceMs ??= nowMs;
      wellSinceMs = undefined;
    },
    due(row, nowMs) {
      const { state, spec } = row;
      if (silentSinceMs !== undefined) {
        if (state === 'down' || nowMs - silentSinceMs < lostSeconds * 1000) return undefined;
        if (!isNoted) lossesAtMs = [...recentLosses(lossesAtMs, nowMs), nowMs];
        isNoted = true;
        return { state: 'down' };
      }
      if (state === 'up') return undefined;
      if (spec.returns === 'word') return state === 'down' ? { state: 'held' } : undefined;
      const back = returns(row, nowMs);
      if (back.isDue) return { state: 'up' };
      return state === 'down' ? { state: 'held', reason: back.reason } : undefined;
    },
    nextLookSeconds(keepSeconds, nowMs) {
      if (silentSinceMs === undefined) return keepSeconds;
      const share = (nowMs - silentSinceMs) / 4_000;
      return Math.min(keepSeconds, Math.max(firstLookSeconds, share));
    },
    memory: () => (lossesAtMs.length === 0 ? {} : { lossesAtMs }),
  };
}

function rememberedLosses(): number[] {
  const { lossesAtMs } = (Context.current().info.heartbeatDetails ?? {}) as { lossesAtMs?: unknown };
  return Array.isArray(lossesAtMs) ? lossesAtMs.filter((one) => typeof one === 'number') : [];
}
