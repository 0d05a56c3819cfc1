// The one translator between what adapters throw and what Temporal understands.
import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import { failures } from '../contract/failures.ts';
import { isFault } from '../domain/fault.ts';
import type { Fault } from '../domain/fault.ts';
import { storageFault } from '../storage/errno.ts';

/** Most characters of a failure's details: Temporal keeps 4 KiB of a pending activity's failure. */
const maxDetailCharacters = 3_500;

/**
 * Any error as the failure the server should see. Faults follow the failure table; Temporal's own failures pass untouched;
 * whatever nobody foresaw keeps its message and is retried.
 */
export function translateError(error: unknown): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (isFault(error)) return failureOf(error);
  // Any small file of any adapter may be the one for which there is no space.
  const full = storageFault(error, 'Writing a file of the work');
  if (isFault(full, 'DiskFull')) return failureOf(full);
  const message = error instanceof Error ? error.message : String(error);
  return ApplicationFailure.create({
    type: 'Unforeseen',
    message: message.slice(0, maxDetailCharacters),
    ...(error instanceof Error ? { cause: error } : {}),
  });
}

function failureOf(fault: Fault): ApplicationFailure {
  const row = failures[fault.type];
  const waitSeconds = fault.details.retryAfterSeconds ?? row.retryAfterSeconds;
  return ApplicationFailure.create({
    type: fault.type,
    message: `${sentence(fault.message)} ${row.remedy}`.slice(0, maxDetailCharacters),
    nonRetryable: row.retry === 'never' || row.retry === 'few',
    details: [boundedDetails(fault)],
    ...(waitSeconds === undefined ? {} : { nextRetryDelay: Math.ceil(waitSeconds * 1000) }),
    ...(row.benign ? { category: ApplicationFailureCategory.BENIGN } : {}),
  });
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** The last stderr lines are what a person needs most, so they are kept longest. */
function boundedDetails({ details }: Fault): Record<string, unknown> {
  const tail = details.stderrTail?.slice(-20) ?? [];
  for (let keep = tail.length; keep >= 0; keep -= 1) {
    const bounded = {
      ...details,
      ...(tail.length > 0 ? { stderrTail: tail.slice(tail.length - keep) } : {}),
    };
    if (JSON.stringify(bounded).length <= maxDetailCharacters) return bounded;
  }
  return { note: 'details were too large' };
}

/** A worker that is shutting down gives its work back at once, so that another one takes over. */
export const drained = (): ApplicationFailure =>
  ApplicationFailure.create({
    type: 'WorkerDrained',
    message: 'The worker is shutting down; another worker takes over.',
    nextRetryDelay: 100,
    category: ApplicationFailureCategory.BENIGN,
  });
