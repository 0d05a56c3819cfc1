// Waits for a condition by asking again: tests never sleep for a fixed time.
import { setTimeout as pause } from 'node:timers/promises';

const askAgainMs = 50;

/** Answers the first result that is not false; rejects with the last error, or says what it waited for, after `seconds`. */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  { seconds = 90, what = 'a condition' } = {},
): Promise<T> {
  const untilMs = performance.now() + seconds * 1000;
  let last: unknown = new Error(`${what} did not come true in ${seconds} s`);
  for (;;) {
    // There is always a look after the limit: a process that was held up may have missed all others.
    const isLast = performance.now() >= untilMs;
    try {
      const answer = await ask();
      if (answer !== false && answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    if (isLast) throw last;
    await pause(askAgainMs);
  }
}
