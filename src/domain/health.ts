// Whether what a process needs answers: each thing is asked now and then, and believed for a while after its last good answer.

export interface HealthFinding {
  /** What was asked, such as `catalog`. */
  name: string;
  ok: boolean;
  /** Why not, and what to do, without secrets; absent when it is well. */
  reason?: string;
}

export interface HealthReport {
  /** Everything is well. */
  ready: boolean;
  checks: HealthFinding[];
}

/** What is remembered of one thing between two questions. */
export interface Asked {
  /** Epoch milliseconds of its last good answer; absent before the first. */
  wellAtMs?: number;
  /** What went wrong last since then. */
  reason?: string;
}

/** Well are those whose last good answer is at most `lostMs` old: a short break is none, and a question that hangs is no answer. */
export function healthFinding(
  name: string,
  { wellAtMs, reason = 'It has not answered yet.' }: Asked,
  { nowMs, lostMs }: { nowMs: number; lostMs: number },
): HealthFinding {
  return wellAtMs !== undefined && nowMs - wellAtMs <= lostMs
    ? { name, ok: true }
    : { name, ok: false, reason };
}

export const healthReport = (checks: HealthFinding[]): HealthReport => ({
  ready: checks.every(({ ok }) => ok),
  checks,
});
