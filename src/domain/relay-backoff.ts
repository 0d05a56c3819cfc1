// How long a relay waits before its camera is connected again.

/** A run of this length wipes the slate: what comes after it is a first failure. */
export const healthyRunSeconds = 30;

/** Each failure in a row makes the wait this much longer. */
const growth = 1.5;

/**
 * Seconds to wait before the next try. `failures` are the failed tries since the last healthy run, the one just ended not counted: with
 * none it is `restartSeconds`. The step is `restartSeconds × 1.5^failures`, at most `backoffSeconds`; the wait is between half of the step
 * and the whole, so that a switch's cameras do not come back in step, and never below `restartSeconds`.
 * @param wait.jitter in [0, 1), drawn by the caller; 0 gives the shortest wait
 */
export function relayBackoffSeconds(wait: {
  failures: number;
  restartSeconds: number;
  backoffSeconds: number;
  jitter: number;
}): number {
  const { failures, restartSeconds, backoffSeconds, jitter } = wait;
  const stepSeconds = Math.min(backoffSeconds, restartSeconds * growth ** Math.max(0, failures));
  const share = 0.5 + Math.min(1, Math.max(0, jitter)) / 2;
  return Math.max(restartSeconds, stepSeconds * share);
}
