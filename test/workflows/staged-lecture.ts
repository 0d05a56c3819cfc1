// Runs a lecture's workflow with fake activities on a Temporal server: workers for its queues, the lecture, and what a test or script does with it.
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { lectureWorkflowId } from '../../src/contract/ids.ts';
import type { LectureInput } from '../../src/contract/lecture-messages.ts';
import { onHost, queues } from '../../src/contract/queues.ts';
import type { lecture as lectureWorkflow } from '../../src/workflows/index.ts';
import type { FakeLecture, FakeLectureState } from '../fakes/lecture-activities.ts';
import { fakeLectureActivities } from '../fakes/lecture-activities.ts';

export interface LectureRun {
  client: Client;
  state: FakeLectureState;
  handle: WorkflowHandle<typeof lectureWorkflow>;
  /** The host's workers take nothing more. */
  stopHost(host: string): Promise<void>;
}

export interface StagedLecture extends FakeLecture {
  namespace: { address: string; namespace: string };
  input?: Omit<LectureInput, 'lectureId'>;
  /** A signal that the start comes with. */
  word?: { signal: string; signalArgs: unknown[] };
}

interface Stage {
  lectureId: string;
  /** Whose queues are served; the first one claims unless the fake says otherwise. */
  hosts: string[];
  bundle: { codePath: string } | { code: string };
}

let isQuiet = false;

/** Failures that a test wants would drown what a test has to say. */
function quieten(): void {
  if (isQuiet) return;
  isQuiet = true;
  const expected = /^(?:No workflows registered|Workflow failed|Activity failed)/;
  const logger = new DefaultLogger('WARN', ({ message, meta }) => {
    if (!expected.test(message)) process.stderr.write(`${message} ${JSON.stringify(meta)}\n`);
  });
  Runtime.install({ logger });
}

type Running = { host?: string; worker: Worker; ended: Promise<void> }[];

async function startWorkers(
  given: StagedLecture,
  { hosts, bundle }: Stage,
  connection: NativeConnection,
): Promise<{ state: FakeLectureState; running: Running }> {
  const { state, light, claim, files } = fakeLectureActivities(given, hosts);
  const shared = { connection, namespace: given.namespace.namespace, shutdownForceTime: '5s' } as const;
  const ofHost = hosts.flatMap((host) =>
    [queues.download, queues.media, queues.transfer].map((queue) => ({
      ...{ ...shared, taskQueue: onHost(queue, host), activities: files(host) },
      host,
    })),
  );
  const options = [
    { ...shared, workflowBundle: bundle, taskQueue: queues.main, activities: light },
    { ...shared, taskQueue: queues.download, activities: claim },
    ...ofHost,
  ];
  const running = await Promise.all(
    options.map(async (option) => {
      const { host, ...rest } = { host: undefined, ...option };
      const worker = await Worker.create(rest);
      return { ...(host ? { host } : {}), worker, ended: worker.run() };
    }),
  );
  return { state, running };
}

async function stop(running: Running): Promise<void> {
  for (const { worker } of running) if (worker.getState() === 'RUNNING') worker.shutdown();
  // What failed in a test is what it is to show, not what its workers make of that.
  await Promise.allSettled(running.map(({ ended }) => ended));
}

/** Starts the workers, the lecture, then runs `work`; everything is stopped afterwards. */
export async function runStagedLecture<T>(
  given: StagedLecture,
  stage: Stage,
  work: (run: LectureRun) => Promise<T>,
): Promise<T> {
  quieten();
  const { address, namespace } = given.namespace;
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection: await Connection.connect({ address }), namespace });
  const { state, running } = await startWorkers(given, stage, connection);
  try {
    const { lectureId } = stage;
    const start = {
      workflowId: lectureWorkflowId(lectureId),
      taskQueue: queues.main,
      args: [{ lectureId, ...given.input }] satisfies [LectureInput],
    };
    const handle = given.word
      ? await client.workflow.signalWithStart<typeof lectureWorkflow, unknown[]>('lecture', {
          ...start,
          ...given.word,
        })
      : await client.workflow.start<typeof lectureWorkflow>('lecture', start);
    const stopHost = (host: string): Promise<void> => stop(running.filter((one) => one.host === host));
    return await work({ client, state, handle, stopHost });
  } finally {
    await stop(running);
    await client.connection.close();
    await connection.close();
  }
}
