// How workflows fail, and how they read the failures of their activities.
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { failures } from '../contract/failures.ts';
import type { FaultType } from '../domain/fault.ts';

/** A failure of the closed table, with the remedy the table names. */
export function fail(type: FaultType, message: string): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message: `${message} ${failures[type].remedy}`,
    nonRetryable: true,
    details: [{ remedy: failures[type].remedy }],
  });
}

/** Type and sentence of whatever an activity ended with; a time-out reports the last real failure behind it. */
export function describeFailure(error: unknown): { type: string; message: string } {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure && cause.cause) return describeFailure(cause.cause);
  if (cause instanceof TimeoutFailure)
    return { type: 'TimedOut', message: `No answer in time (${cause.timeoutType}).` };
  if (cause instanceof ApplicationFailure) return { type: cause.type ?? 'Unknown', message: cause.message };
  return { type: 'Unknown', message: cause instanceof Error ? cause.message : String(cause) };
}

/** True for failures that are worth a few more tries and no more; the tries are the workflow's own count. */
export const failsFewTimes = (type: string): boolean => failures[type as FaultType]?.retry === 'few';

/** True when no worker of the activity's queue took it in time. */
export function neverStarted(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof TimeoutFailure &&
    error.cause.timeoutType === 'SCHEDULE_TO_START'
  );
}

/** True when the activity's whole time budget was used up: in the middle of a try, or with too little left to wait for another. */
export function gaveUp(error: unknown): boolean {
  if (!(error instanceof ActivityFailure)) return false;
  if (error.cause instanceof TimeoutFailure) return error.cause.timeoutType === 'SCHEDULE_TO_CLOSE';
  return error.retryState === 'TIMEOUT';
}
