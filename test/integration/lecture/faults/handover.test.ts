// Lectures that change hands while they are made, a server that dies, and many who ask for the same lecture at once.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lectureWorkflowId } from '../../../../src/contract/ids.ts';
import { eventually } from '../../../setup/eventually.ts';
import { startFaultServer } from '../../faults/fault-server.ts';
import { noOrphans } from '../../faults/kill-run.ts';
import { makeSlowTools } from '../../faults/slow-tools.ts';
import type { WorkerChild } from '../../faults/worker-child.ts';
import type { LectureStage } from './lecture-stage.ts';
import { type LectureTheatre, openLectureTheatre, patienceMs } from './lecture-theatre.ts';
import { expectOnce } from './once.ts';
import { orderLecture } from './ordered-lecture.ts';

let theatre: LectureTheatre;

beforeAll(async () => {
  theatre = await openLectureTheatre();
  await theatre.calm();
});

afterAll(() => theatre?.[Symbol.asyncDispose]());

const isIn = (stage: LectureStage, worker: WorkerChild, step: string): Promise<unknown> =>
  eventually(() => stage.steps.openSteps(worker.pid).includes(step), {
    seconds: 300,
    what: `a worker inside ${step}`,
  });

const count = ({ steps }: LectureStage, name: string): number => {
  steps.read();
  return steps.steps.filter((step) => step.name === name).length;
};

test.concurrent(
  'a worker asked to stop in the middle of a slot hands over, and no finished slot is encoded again',
  async () => {
    await using stage = await theatre.openStage('sigterm');
    using lecture = await orderLecture(stage, 'room');
    const first = stage.addWorker(await makeSlowTools(`${theatre.dir}/slow`));
    await first.ready;
    const lectureId = await lecture.request();
    await eventually(() => count(stage, 'compose.after') === 1, { seconds: 300, what: 'a finished slot' });
    await isIn(stage, first, 'compose');
    expect(count(stage, 'compose.after')).toBe(1);
    first.send('SIGTERM');
    const second = stage.addWorker();
    expect(await first.ended).toEqual({ code: 0, signal: null });
    await noOrphans(first.pid);
    await second.ready;
    expect((await lecture.end()).state).toBe('complete');
    const { published: calm } = await theatre.calm();
    await expectOnce({ lecture, lectureId, calm, where: 'SIGTERM' });
    const kept = stage.steps.steps.filter(({ name }) => name === 'keep-slot.rename.after');
    expect(kept.map(({ pid }) => pid)).toEqual([first.pid, second.pid]);
  },
  patienceMs,
);

test.concurrent(
  'a Temporal server that is killed and started again on its database changes nothing',
  async () => {
    // Of its own: the other tests of this file keep theirs.
    await using server = await startFaultServer(theatre.dir);
    const temporal = { address: server.address, namespace: await server.newNamespace('server') };
    await using stage = await theatre.openStage('server', { temporal });
    using lecture = await orderLecture(stage, 'room');
    const worker = stage.addWorker();
    await worker.ready;
    const lectureId = await lecture.request();
    for (const step of ['compose', 'upload']) {
      await isIn(stage, worker, step);
      await server.kill();
      await server.restart();
    }
    expect((await lecture.end()).state).toBe('complete');
    const { published: calm } = await theatre.calm();
    await expectOnce({ lecture, lectureId, calm, where: 'a killed server' });
    expect(worker.isRunning()).toBe(true);
  },
  patienceMs,
);

test.concurrent(
  'fifty requests at once, by event and by hours, are one lecture with one file and one post',
  async () => {
    await using stage = await theatre.openStage('fifty');
    using lecture = await orderLecture(stage, 'room');
    await stage.addWorker().ready;
    const requests = Array.from({ length: 50 }, (_, at) => lecture.request(at % 2 === 0 ? 'event' : 'hours'));
    const ids = new Set(await Promise.all(requests));
    expect(ids.size).toBe(1);
    expect((await lecture.end()).state).toBe('complete');
    const { published: calm } = await theatre.calm();
    // Whoever came first: the event that one of them named is the lecture's.
    const [lectureId = ''] = ids;
    await expectOnce({ lecture, lectureId, calm, where: 'fifty requests' });
    const runs = stage.client.workflow.list({ query: `WorkflowId = "${lectureWorkflowId(lectureId)}"` });
    let started = 0;
    for await (const { runId } of runs) started += runId === '' ? 0 : 1;
    expect(started).toBe(1);
  },
  patienceMs,
);
