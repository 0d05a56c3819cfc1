// Google for an activity, or the sentence that says how to connect it.
import { Fault } from '../../domain/fault.ts';
import type { LectureDeps, LectureGoogle } from './lecture-deps.ts';

/** A handful of calls, each with a time-out of its own, and the waits between looks for a post. */
export const callsSeconds = 600;

/** @throws Fault AuthRejected when no credentials are configured */
export function requireGoogle({ lecture: { google } }: LectureDeps): LectureGoogle {
  if (google) return google;
  throw new Fault(
    'AuthRejected',
    'No credentials of Google are configured: set google.credentialsFile or sign in with `longtake google login`, then `longtake lecture retry`.',
  );
}
