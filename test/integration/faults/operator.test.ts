// Activities paused, unpaused and reset from the server's side, as an operator does with the temporal CLI or the Web UI.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cameraDayWorkflowId } from '../../../src/contract/ids.ts';
import { cameraDaySlug } from '../../../src/domain/names.ts';
import { eventually } from '../../setup/eventually.ts';
import { testServer } from '../../setup/servers.ts';
import { archivePath, dayDate, dayStartMs } from './archive-day.ts';
import { expectCalmResult } from './result.ts';
import { planId, type Stage } from './stage.ts';
import { openTheatre, type Theatre } from './theatre.ts';

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});

afterAll(() => theatre?.[Symbol.asyncDispose]());

const workflowId = cameraDayWorkflowId(planId, cameraDaySlug('door', dayDate));

/** Numbers of Temporal's PendingActivityState. */
const states = { scheduled: 1, started: 2, paused: 4 };

async function activitiesOf(stage: Stage) {
  const { raw } = await stage.client.workflow.getHandle(workflowId).describe();
  return (raw.pendingActivities ?? []).map(({ activityId, activityType, attempt, state, paused }) => ({
    id: activityId ?? '',
    type: activityType?.name,
    attempt: attempt ?? 0,
    state: state as number,
    paused: paused === true,
  }));
}

async function activity(
  stage: Stage,
  command: 'pause' | 'unpause' | 'reset',
  activityId: string,
): Promise<void> {
  const { address } = theatre.server;
  const args = ['activity', command, '--address', address, '--namespace', stage.namespace];
  await promisify(execFile)(await testServer('temporal'), [
    ...args,
    ...['--disable-config-file', '--workflow-id', workflowId, '--activity-id', activityId],
  ]);
}

/** The first segment comes so slowly that only an operator ends its download; the others are done by then. */
async function slowDownload(stage: Stage): Promise<{ id: string; hurry: () => void }> {
  const path = archivePath('door', 0);
  theatre.archive.always(path, { do: 'drip', bytesPerSecond: 500 });
  await stage.start();
  const pending = async () =>
    (await activitiesOf(stage)).filter(
      ({ type, state }) => type === 'downloadSegment' && state === states.started,
    );
  const isAlone = async () => (await pending()).length === 1 && (await othersAreDone(stage));
  await eventually(isAlone, { what: 'one download that is left' });
  return { id: (await pending())[0]!.id, hurry: () => theatre.archive.always(path, { do: 'serve' }) };
}

const othersAreDone = async ({ catalog }: Stage): Promise<boolean> => {
  const range = { cameraId: 'door', startUnix: dayStartMs / 1000, endUnix: dayStartMs / 1000 + 6 };
  return (await catalog.segments.listRange(range)).filter(({ path }) => path !== null).length === 2;
};

const isPaused = async (stage: Stage, id: string): Promise<boolean> =>
  (await activitiesOf(stage)).some((one) => one.id === id && one.state === states.paused);

test('an activity that is paused stops within seconds and goes on when it is unpaused', async () => {
  await using stage = await theatre.openStage('paused', {
    settings: { LONGTAKE_PLAN_HEARTBEAT_SECONDS: '30' },
  });
  await stage.addWorker().ready;
  const { id, hurry } = await slowDownload(stage);
  const askedMs = performance.now();
  await activity(stage, 'pause', id);
  // Long before the heartbeat time-out: the worker gave it back by itself.
  await eventually(() => isPaused(stage, id), { what: 'PAUSED', seconds: 15 });
  expect(performance.now() - askedMs).toBeLessThan(15_000);
  hurry();
  await activity(stage, 'unpause', id);
  await expectCalmResult(theatre, stage);
}, 200_000);

test('an activity that is reset begins again and ends well', async () => {
  await using stage = await theatre.openStage('reset', {
    settings: { LONGTAKE_PLAN_HEARTBEAT_SECONDS: '30' },
  });
  const worker = stage.addWorker();
  await worker.ready;
  const { id, hurry } = await slowDownload(stage);
  const begun = (): number => stage.steps.steps.filter(({ name }) => name === 'download.before').length;
  const before = begun();
  hurry();
  await activity(stage, 'reset', id);
  await eventually(() => (stage.steps.read(), begun() > before), { what: 'a new attempt', seconds: 20 });
  await expectCalmResult(theatre, stage);
}, 200_000);
