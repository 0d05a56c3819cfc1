import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { askUntilAnswered, wordToEnd } from '../../../src/activities/restream/word-to-end.ts';
import { inActivity } from '../in-activity.ts';

const silence = ['timedOut', 'notFound'] as const;

/** An activity that lasts until its word to end. */
function lasting(options: { onSilence?: (end: () => void) => void } = {}) {
  const stopping = new AbortController();
  const activity = inActivity(async () => {
    const signal = wordToEnd({ stopping: stopping.signal }, { silence, ...options });
    if (!signal.aborted) await once(signal, 'abort');
    signal.throwIfAborted();
  });
  let ended = false;
  activity.ended.catch(() => (ended = true));
  const hasEnded = async (): Promise<boolean> => {
    await new Promise((resolve) => setImmediate(resolve));
    return ended;
  };
  return { ...activity, stopping, hasEnded };
}

describe('work that carries pictures', () => {
  test.each([{ cancelRequested: true }, { paused: true }, { reset: true }, { workerShutdown: true }])(
    'ends at the word %j, also when silence came with it',
    async (word) => {
      for (const details of [word, { ...word, timedOut: true }]) {
        const { cancel, hasEnded } = lasting();
        cancel(details);
        expect(await hasEnded()).toBe(true);
      }
    },
  );

  test.each([{ timedOut: true }, { notFound: true }])(
    'goes on after %j until its worker stops',
    async (details) => {
      const { cancel, hasEnded, stopping } = lasting();
      cancel(details);
      expect(await hasEnded()).toBe(false);
      stopping.abort();
      expect(await hasEnded()).toBe(true);
    },
  );

  test('does not hear its worker before: the server is told to give the work to another one', async () => {
    const { hasEnded, stopping, cancel } = lasting();
    stopping.abort();
    expect(await hasEnded()).toBe(false);
    cancel({ workerShutdown: true });
    expect(await hasEnded()).toBe(true);
  });

  test('may end when the server, asked after a silence, no longer waits for it', async () => {
    const answers = [Promise.reject(new Error('away')), Promise.resolve(false)];
    const isCurrentAttempt = (): Promise<boolean> => answers.shift() ?? Promise.resolve(true);
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const stopping = new AbortController();
    const onSilence = (end: () => void): void =>
      void askUntilAnswered({ isCurrentAttempt, stopping: stopping.signal }, end).then(resolve);
    const { cancel, hasEnded } = lasting({ onSilence });
    cancel({ timedOut: true });
    await asked;
    expect(await hasEnded()).toBe(true);
    expect(answers).toHaveLength(0);
  });
});
