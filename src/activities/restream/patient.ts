// Relays never give up: what would end other work waits here until somebody has mended it, and costs no history meanwhile.
import { ApplicationFailure } from '@temporalio/common';
import { translateError } from '../boundary.ts';

const waitSeconds = 30;

type Activities = { [name: string]: (request: never) => Promise<unknown> };

/** The same activities; their failures that are not to be repeated are repeated every half minute. */
export function patient<T extends object>(activities: T): T {
  const entries = Object.entries(activities as Activities).map(([name, run]) => [
    name,
    (request: never) => run(request).catch(repeatLater),
  ]);
  return Object.fromEntries(entries) as T;
}

function repeatLater(error: unknown): never {
  const failure = translateError(error);
  if (!(failure instanceof ApplicationFailure) || !failure.nonRetryable) throw error;
  throw ApplicationFailure.create({
    type: failure.type ?? 'Unforeseen',
    message: failure.message,
    ...(failure.details ? { details: failure.details } : {}),
    nextRetryDelay: waitSeconds * 1000,
  });
}
