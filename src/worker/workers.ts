// Which queues a worker process serves, and with how many slots.
import type { NativeConnection, WorkerOptions } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';
import {
  createDownloadActivities,
  createLightActivities,
  createLiveActivities,
  createMediaActivities,
  createTransferActivities,
} from '../activities/index.ts';
import type { LectureDeps } from '../activities/lecture/lecture-deps.ts';
import type { RestreamDeps } from '../activities/restream/restream-deps.ts';
import { onHost, queues } from '../contract/queues.ts';
import { createActivityInterceptor } from './activity-interceptor.ts';

export interface Slots {
  download: number;
  media: number;
  transfer: number;
  live: number;
}

export interface WorkerPlan {
  connection: NativeConnection;
  namespace: string;
  deps: LectureDeps & { restream: RestreamDeps };
  slots: Slots;
  workflows: Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'>;
}

/** Light activities are short: many at once cost nothing. */
const lightSlots = 50;

/** The watch of the list, and a keeper a server. */
const keeperSlots = 16;

/** Workflows kept in memory; far above what a plan's window needs, far below what a heap of 4 GB holds. */
const maxCachedWorkflows = 1_000;

/** One Worker a queue, all on one connection: each class of work has its own slots and its own shutdown. */
export async function createWorkers(plan: WorkerPlan): Promise<Worker[]> {
  const { deps, slots } = plan;
  const { host } = deps.settings;
  const light = createLightActivities(deps);
  const downloads = createDownloadActivities(deps);
  return await Promise.all([
    Worker.create({
      ...optionsOf(plan, queues.main, lightSlots),
      ...plan.workflows,
      maxCachedWorkflows,
      activities: light,
    }),
    Worker.create({
      ...optionsOf(plan, queues.download, lightSlots),
      activities: { claimCameraDay: downloads.claimCameraDay, claimLecture: downloads.claimLecture },
    }),
    Worker.create({
      ...optionsOf(plan, onHost(queues.download, host), slots.download),
      activities: downloads,
    }),
    Worker.create({
      ...optionsOf(plan, onHost(queues.media, host), slots.media),
      activities: createMediaActivities(deps),
    }),
    Worker.create({
      ...optionsOf(plan, onHost(queues.transfer, host), slots.transfer),
      activities: createTransferActivities(deps),
    }),
    Worker.create({
      ...optionsOf(plan, queues.live, slots.live + keeperSlots),
      activities: createLiveActivities(deps.restream),
    }),
  ]);
}

function optionsOf(plan: WorkerPlan, taskQueue: string, slots: number): WorkerOptions {
  const { connection, namespace, deps } = plan;
  return {
    connection,
    namespace,
    taskQueue,
    identity: `${taskQueue}#${process.pid}@${deps.settings.host}`,
    maxConcurrentActivityTaskExecutions: slots,
    // Cancellation reaches an activity with a heartbeat's answer: at most this long after it was asked for.
    maxHeartbeatThrottleInterval: '2s',
    defaultHeartbeatThrottleInterval: '2s',
    shutdownForceTime: '15s',
    // How long the workflows of a worker that was killed wait for it before another one takes them.
    stickyQueueScheduleToStartTimeout: '3s',
    interceptors: { activity: [createActivityInterceptor] },
  };
}
