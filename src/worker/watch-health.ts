// Asks again and again whether what a worker needs answers, so that its health can be told at any moment without waiting.
import { setTimeout as delay } from 'node:timers/promises';
import { healthFinding, type Asked, type HealthFinding } from '../domain/health.ts';

/** Rejects with a sentence that says what is wrong; `signal` ends a question that takes too long. */
export type Question = (signal: AbortSignal) => Promise<unknown>;

export interface HealthWatch {
  findings(): HealthFinding[];
  stop(): void;
}

export interface HealthWatchSpec {
  questions: Readonly<Record<string, Question>>;
  /** Without a good answer for this long a thing counts as lost. */
  lostSeconds: number;
}

/** Questions asked while the bound passes. */
const asksPerBound = 5;
const longestAskMs = 5_000;

export function watchHealth({ questions, lostSeconds }: HealthWatchSpec): HealthWatch {
  const lostMs = lostSeconds * 1000;
  const ended = new AbortController();
  const asked = new Map<string, Asked>(Object.keys(questions).map((name) => [name, {}]));
  const everyMs = lostMs / asksPerBound;
  for (const [name, question] of Object.entries(questions))
    void askOn({ question, everyMs, note: asked.get(name)!, ended: ended.signal });
  // The slack is for a question that was asked in time and is being answered.
  const bound = lostMs + everyMs;
  return {
    findings: () =>
      [...asked].map(([name, one]) => healthFinding(name, one, { nowMs: performance.now(), lostMs: bound })),
    stop: () => ended.abort(),
  };
}

interface Asking {
  question: Question;
  everyMs: number;
  note: Asked;
  ended: AbortSignal;
}

async function askOn({ question, everyMs, note, ended }: Asking): Promise<void> {
  while (!ended.aborted) {
    const late = AbortSignal.timeout(longestAskMs);
    try {
      await Promise.race([question(AbortSignal.any([late, ended])), rejected(late)]);
      note.wellAtMs = performance.now();
      delete note.reason;
    } catch (error) {
      note.reason = late.aborted ? 'It does not answer.' : (error as Error).message;
    }
    await delay(everyMs, undefined, { signal: ended }).catch(() => undefined);
  }
}

const rejected = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
