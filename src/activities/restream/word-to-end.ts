// When work that carries pictures has to end: at a word of the server or of its worker, never because the server was silent.
import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { RestreamDeps } from './restream-deps.ts';

/** What the SDK tells of a cancellation, as far as it matters here. */
type Silence = 'timedOut' | 'notFound';

/**
 * A signal like the activity's own, without cancellations that are `silence` alone: `timedOut`, when no heartbeat was answered in time;
 * `notFound`, when the server has given the attempt up meanwhile. After one of these only the worker's own end is heard, and `onSilence` decides.
 */
export function wordToEnd(
  { stopping }: Pick<RestreamDeps, 'stopping'>,
  { silence, onSilence }: { silence: readonly Silence[]; onSilence?: (end: () => void) => void },
): AbortSignal {
  const context = Context.current();
  const controller = new AbortController();
  const end = (): void => controller.abort(context.cancellationSignal.reason);
  const hear = (): void => {
    const details = context.cancellationDetails;
    if (!details || hasWord(details) || !silence.some((kind) => details[kind])) return end();
    // Nothing more will come from the server: the worker's own end is all that is left to be heard.
    if (stopping.aborted) return end();
    stopping.addEventListener('abort', end, { once: true });
    onSilence?.(end);
  };
  if (context.cancellationSignal.aborted) hear();
  else context.cancellationSignal.addEventListener('abort', hear, { once: true });
  return controller.signal;
}

const hasWord = (details: {
  cancelRequested: boolean;
  paused: boolean;
  reset: boolean;
  workerShutdown: boolean;
}): boolean => details.cancelRequested || details.paused || details.reset || details.workerShutdown;

const askMs = 2_000;

/** Asks, until the server answers, whether it still waits for this attempt; `end` is called when it does not. */
export async function askUntilAnswered(
  { isCurrentAttempt, stopping }: Pick<RestreamDeps, 'isCurrentAttempt' | 'stopping'>,
  end: () => void,
): Promise<void> {
  while (!stopping.aborted) {
    const isCurrent = await isCurrentAttempt().catch(() => true);
    if (!isCurrent) return end();
    await delay(askMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}
