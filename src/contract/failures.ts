// The table of failure types: whether Temporal retries each, how fast, what it means and what the operator does. Generates docs/reference/failures.md.
import type { FaultType } from '../domain/fault.ts';

export interface FailureRow {
  /**
   * `never`: non-retryable; `few`: three tries, counted by the workflow; `transport`: Temporal's policy of the activity; `slow`: waits
   * minutes, not counted as an attempt.
   */
  retry: 'never' | 'few' | 'transport' | 'slow';
  /** Seconds before the next try when the fault names none. Absent: the activity's retry policy decides. */
  retryAfterSeconds?: number;
  /** Expected in daily work: no warning log, no failure metric. */
  benign?: true;
  /** When this happens, in one sentence. */
  when: string;
  /** What the operator can do about it, as an instruction. */
  remedy: string;
}

export const failures: Record<FaultType, FailureRow> = {
  InputInvalid: {
    retry: 'never',
    when: 'A value does not fit its schema.',
    remedy: 'Correct the named field and send the request again.',
  },
  UnsafeName: {
    retry: 'never',
    when: 'A name cannot become one safe path segment.',
    remedy: 'Choose a name without control characters, path separators or a leading dot.',
  },
  ForbiddenUrl: {
    retry: 'never',
    when: 'A URL or redirect lies outside the closed grammar or the allowed hosts.',
    remedy:
      'Use rtsp, rtsps, http, https or file as the archive kind allows; list redirect hosts in the configuration.',
  },
  NotFound: {
    retry: 'never',
    when: 'A camera, plan, target or file that the work names does not exist.',
    remedy: 'Check the id with the matching list command; add what is missing, then run again.',
  },
  AuthRejected: {
    retry: 'never',
    when: 'The source or target refuses the credentials (401, 403, ssh key, host key).',
    remedy: 'Correct the credentials or the pinned host key, then restart the work.',
  },
  SourceMissing: {
    retry: 'transport',
    benign: true,
    when: 'The source answers that it has nothing for this time (404, 410).',
    remedy: 'Nothing, if the camera was off; else check the archive URL and the camera clock.',
  },
  SourceBusy: {
    retry: 'transport',
    retryAfterSeconds: 10,
    benign: true,
    when: 'The source asks to come back later (429, 453, 503).',
    remedy: 'Nothing; lower the per-host connection limit if it goes on.',
  },
  SourceUnreachable: {
    retry: 'transport',
    benign: true,
    when: 'Connection refused, no route, DNS failure or time-out before the first byte.',
    remedy: 'Check the network path and that the source is up; the work goes on by itself.',
  },
  SourceStalled: {
    retry: 'transport',
    benign: true,
    when: 'The source sent nothing new for stallSeconds.',
    remedy: 'Nothing at first; a source that always stalls needs its operator.',
  },
  EncoderStalled: {
    retry: 'transport',
    when: 'A media tool made no progress for stallSeconds and was killed, or somebody else killed it.',
    remedy: 'Look at disk and CPU load of the host; the work is tried again.',
  },
  MediaUnreadable: {
    retry: 'never',
    when: 'The bytes are no media file, hold no video, or pretend to be another format.',
    remedy: 'Look at the file beside the report; the source delivered something else.',
  },
  GapToleranceExceeded: {
    retry: 'never',
    when: 'More seconds are missing inside the tolerance window than the plan allows, or a segment is unfinished.',
    remedy:
      'While the plan runs: raise it with setTolerance, then retryCamera; afterwards: `longtake plan restart`, or a new plan with more tolerance.',
  },
  EncoderFailed: {
    retry: 'few',
    when: 'A media tool ended badly, or ended well with fewer frames than asked.',
    remedy: 'Read the stderr lines in the details; the input they name is usually damaged.',
  },
  DiskFull: {
    retry: 'slow',
    retryAfterSeconds: 20,
    when: 'No space left on the media root or on the export target.',
    remedy: 'Free space; the work waits and goes on by itself.',
  },
  StorageFault: {
    retry: 'slow',
    retryAfterSeconds: 20,
    when: 'The file system answers with an error (EIO, EROFS, failed fsync, lock not granted).',
    remedy: 'Check mount and disk of the host; the work waits and goes on by itself.',
  },
  TransferFailed: {
    retry: 'never',
    when: 'The export tool refuses for a reason that repeating does not mend, or the verified copy differs.',
    remedy: 'Read the stderr lines in the details and correct the target.',
  },
  PeerDropped: {
    retry: 'transport',
    when: 'The connection to the export target broke off.',
    remedy: 'Nothing; the transfer resumes.',
  },
  GoogleTransient: {
    retry: 'transport',
    when: 'Google, or the line to it, does not answer or asks to slow down (408, 429, 5xx, rate limits).',
    remedy: 'Nothing; the work goes on by itself, after the wait that Google asked for.',
  },
  QuotaExceeded: {
    retry: 'slow',
    retryAfterSeconds: 3600,
    when: 'A daily or storage quota of Google is used up.',
    remedy:
      'Free space on the drive or wait for the next day; the work waits and goes on by itself. A service account owns no space: use a shared drive.',
  },
  GonePermanently: {
    retry: 'never',
    when: 'A file, folder, event or course at Google is gone, or was changed so that the work no longer fits.',
    remedy: 'Look at the named thing in Google, restore or replace it, then `longtake lecture retry`.',
  },
  Conflict: {
    retry: 'few',
    when: 'Someone else changed the same thing at the other side again and again while we did.',
    remedy: 'Nothing at first; if it repeats, look who else writes there, then `longtake lecture retry`.',
  },
  LeaseHeld: {
    retry: 'transport',
    retryAfterSeconds: 2,
    benign: true,
    when: 'Another run works on the same segment.',
    remedy: 'Nothing; its result is taken over.',
  },
  LeaseLost: {
    retry: 'transport',
    retryAfterSeconds: 1,
    when: 'A newer owner took over while this attempt was cut off; its result counts, ours does not.',
    remedy: 'Nothing, unless it repeats: then check clock and load of the host.',
  },
  HostLost: {
    retry: 'never',
    when: 'The host that held the files of a camera-day is gone.',
    remedy: 'Nothing; the camera-day begins again on another host.',
  },
  CatalogUnavailable: {
    retry: 'transport',
    when: 'The catalog database does not answer.',
    remedy: 'Bring the database back; the work goes on by itself.',
  },
  ToolMissing: {
    retry: 'never',
    when: 'A program is absent or too old.',
    remedy: 'Run `longtake doctor` and install what it names.',
  },
  ConfigInvalid: {
    retry: 'never',
    when: 'The configuration does not fit its schema; the process refuses to start.',
    remedy: 'Correct the named key; `longtake config print --redacted` shows what is in force.',
  },
};
