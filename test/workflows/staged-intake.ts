// The reader of a room's calendar on the test run's Temporal server: the real activity, a calendar file, and lectures that never get beyond their first step.
import { Client, Connection, WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { followEvents } from '../../src/activities/lecture/follow-events.ts';
import { tellLectures } from '../../src/activities/lecture/follow-events-tell.ts';
import type { FollowRequest } from '../../src/activities/lecture/intake-types.ts';
import { patient } from '../../src/activities/restream/patient.ts';
import { createCalendarFeed } from '../../src/calendar-feed/calendar-feed.ts';
import { lectureWorkflowId } from '../../src/contract/ids.ts';
import type { IntakeInput } from '../../src/contract/intake-messages.ts';
import { intakeStart } from '../../src/contract/intake-start.ts';
import { queues } from '../../src/contract/queues.ts';
import { createActivityInterceptor } from '../../src/worker/activity-interceptor.ts';
import type { lectureIntake } from '../../src/workflows/index.ts';
import { openIntakeStage, type IntakeStage } from '../activities/lecture/intake-stage.ts';
import { workflowBundle } from '../setup/workflow-bundle.ts';
import { quieten } from './staged-restream.ts';

export interface StagedIntake {
  client: Client;
  stage: IntakeStage;
  /** Looks begun so far. */
  looks: () => number;
  start(input?: Partial<IntakeInput>): Promise<WorkflowHandle<typeof lectureIntake>>;
  lecture(id: string): WorkflowHandle;
}

const openLater = (): never => {
  throw ApplicationFailure.create({ message: 'not in this test', nextRetryDelay: 3_600_000 });
};

/** Starts the worker, then runs `work`; every workflow is terminated and everything stopped afterwards. */
export async function runStagedIntake(
  { address, namespace, bundle }: { address: string; namespace: string; bundle?: WorkflowBundleOption },
  work: (staged: StagedIntake) => Promise<void>,
): Promise<void> {
  quieten();
  await using stage = await openIntakeStage();
  const calendarFeed = createCalendarFeed({ fetchText: () => Promise.reject(new Error('not asked')) });
  Object.assign(stage.deps, { tellLectures, calendarFeed });
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection: await Connection.connect({ address }), namespace });
  let looks = 0;
  const follow = (request: FollowRequest) => {
    looks += 1;
    return followEvents(stage.deps, request);
  };
  const worker = await Worker.create({
    ...{ connection, namespace, taskQueue: queues.main, shutdownForceTime: '5s' },
    workflowBundle: bundle ?? (await workflowBundle()),
    interceptors: { activity: [createActivityInterceptor] },
    activities: {
      ...patient({ followEvents: follow }),
      openLecture: openLater,
      recordLecture: async () => undefined,
    },
  });
  const running = worker.run();
  const intakes: WorkflowHandle<typeof lectureIntake>[] = [];
  const lecture = (id: string): WorkflowHandle => client.workflow.getHandle(lectureWorkflowId(id));
  const start: StagedIntake['start'] = async (input = {}) => {
    const options = intakeStart({ roomId: stage.roomId, pollSeconds: 3_600, ...input });
    intakes.push(await client.workflow.signalWithStart<typeof lectureIntake>('lectureIntake', options));
    return client.workflow.getHandle<typeof lectureIntake>(options.workflowId);
  };
  try {
    await work({ ...{ client, stage, start, lecture }, looks: () => looks });
  } finally {
    const handles = [...intakes, ...(await stage.lectures()).map(({ id }) => lecture(id))];
    for (const { workflowId } of handles) await end(client, workflowId);
    worker.shutdown();
    await running;
    await client.connection.close();
    await connection.close();
  }
}

async function end(client: Client, workflowId: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).terminate('the stage is taken down');
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
