// Every activity proxy, by class of work: the one place for timeouts, retries and queues.
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import type {
  CameraDayTiming,
  DownloadActivities,
  MediaActivities,
  PlanActivities,
  TransferActivities,
} from '../activities/plan/types.ts';
import type {
  LectureActivities,
  LectureHostActivities,
  LectureMediaActivities,
  LectureTransferActivities,
  OutsideActivities,
} from '../activities/lecture/types.ts';
import type { IntakeActivities } from '../activities/lecture/intake-types.ts';
import type { LiveActivities, RestreamActivities } from '../activities/restream/types.ts';
import { onHost, queues } from '../contract/queues.ts';

const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/** Attempts are unlimited everywhere: a worker restart consumes one, and the failure table decides what must not be repeated. */
const patientRetry = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' } as const;

/** Catalog work: short, idempotent, on any worker. It sends no heartbeat, so its bound is what a killed worker costs. */
export const light = proxyActivities<PlanActivities>({
  taskQueue: queues.main,
  cancellationType,
  startToCloseTimeout: '20s',
  retry: { ...patientRetry, maximumInterval: '20s' },
});

/** Claims a camera-day for whichever host answers first. */
export const anyHost = proxyActivities<Pick<DownloadActivities, 'claimCameraDay'>>({
  taskQueue: queues.download,
  cancellationType,
  startToCloseTimeout: '1m',
  retry: patientRetry,
});

export interface HostBinding {
  host: string;
  timing: CameraDayTiming;
  priorityKey: number;
  /** Shown beside the activity in the Web UI. */
  summary: string;
}

const fileBound = ({ timing, priorityKey, summary }: HostBinding): ActivityOptions => ({
  cancellationType,
  heartbeatTimeout: timing.heartbeatSeconds * 1000,
  scheduleToStartTimeout: timing.patienceSeconds * 1000,
  startToCloseTimeout: '12h',
  retry: patientRetry,
  priority: { priorityKey },
  summary,
});

/** Downloads on one host. `budgetSeconds` bounds all tries of a source that cannot be reached. */
export const downloads = (binding: HostBinding & { budgetSeconds: number }): DownloadActivities =>
  proxyActivities<DownloadActivities>({
    ...fileBound(binding),
    taskQueue: onHost(queues.download, binding.host),
    scheduleToCloseTimeout: binding.budgetSeconds * 1000,
    retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '5m' },
  });

/** Merges on one host: slots by cores. */
export const merges = (binding: HostBinding): MediaActivities =>
  proxyActivities<MediaActivities>({ ...fileBound(binding), taskQueue: onHost(queues.media, binding.host) });

/** Uploads run where the file is. */
export const transfers = (binding: HostBinding): TransferActivities =>
  proxyActivities<TransferActivities>({
    ...fileBound(binding),
    taskQueue: onHost(queues.transfer, binding.host),
  });

/** Rows of lectures: short, idempotent, on any worker. */
export const lectureRows = proxyActivities<LectureActivities>({
  taskQueue: queues.main,
  cancellationType,
  startToCloseTimeout: '20s',
  retry: { ...patientRetry, maximumInterval: '20s' },
});

/** One look at a room's calendar; one that finds nothing names the time of the next try. It sends no heartbeat: its bound is what a killed worker costs. */
export const calendars = proxyActivities<IntakeActivities>({
  taskQueue: queues.main,
  cancellationType,
  startToCloseTimeout: '3m',
  retry: { initialInterval: '5s', backoffCoefficient: 2, maximumInterval: '5m' },
});

/** Claims a lecture for whichever host answers first. */
export const anyLectureHost = proxyActivities<Pick<LectureHostActivities, 'claimLecture'>>({
  taskQueue: queues.download,
  cancellationType,
  startToCloseTimeout: '1m',
  retry: patientRetry,
});

/** Calls of Google and of webhooks. A lost worker is noticed within the heartbeat. */
export const outside = ({ timing, summary }: Pick<HostBinding, 'timing' | 'summary'>): OutsideActivities =>
  proxyActivities<OutsideActivities>({
    taskQueue: queues.main,
    cancellationType,
    heartbeatTimeout: timing.heartbeatSeconds * 1000,
    startToCloseTimeout: '15m',
    retry: { ...patientRetry, maximumInterval: '5m' },
    summary,
  });

/** Clearing up on the host that holds a lecture's files. */
export const lectureHosts = (binding: HostBinding): Pick<LectureHostActivities, 'sweepLecture'> =>
  proxyActivities<Pick<LectureHostActivities, 'sweepLecture'>>({
    ...fileBound(binding),
    taskQueue: onHost(queues.download, binding.host),
  });

/** Pictures judged, slots composed and joined: slots by cores. */
export const composing = (binding: HostBinding): LectureMediaActivities =>
  proxyActivities<LectureMediaActivities>({
    ...fileBound(binding),
    taskQueue: onHost(queues.media, binding.host),
  });

/** Uploads and exports of a lecture run where its files are. */
export const lectureTransfers = (binding: HostBinding): LectureTransferActivities =>
  proxyActivities<LectureTransferActivities>({
    ...fileBound(binding),
    taskQueue: onHost(queues.transfer, binding.host),
    startToCloseTimeout: '2 days',
    retry: { ...patientRetry, maximumInterval: '5m' },
  });

/** Relays placed, told of and forgotten: short, idempotent, on any worker. */
export const relayRows = proxyActivities<Omit<RestreamActivities, 'tellRelays'>>({
  taskQueue: queues.main,
  cancellationType,
  startToCloseTimeout: '20s',
  retry: { ...patientRetry, maximumInterval: '10s' },
});

/** A hundred cameras' workflows started or spoken to. */
export const relayWords = proxyActivities<Pick<RestreamActivities, 'tellRelays'>>({
  taskQueue: queues.main,
  cancellationType,
  startToCloseTimeout: '2m',
  retry: { ...patientRetry, maximumInterval: '10s' },
});

/** Work as long as a relay lives: the heartbeat alone says that it does. A lost worker is noticed within it. */
export const live = proxyActivities<LiveActivities>({
  taskQueue: queues.live,
  cancellationType,
  heartbeatTimeout: '8s',
  startToCloseTimeout: '365 days',
  retry: { initialInterval: '1s', backoffCoefficient: 1.5, maximumInterval: '10s' },
});
