// Work that changes hands while it is under way: workers that are asked to stop, that freeze and come back late, and a server that dies.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../setup/eventually.ts';
import { noOrphans } from './kill-run.ts';
import { expectCalmResult } from './result.ts';
import type { Stage } from './stage.ts';
import { openTheatre, type Theatre } from './theatre.ts';
import type { WorkerChild } from './worker-child.ts';

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});

afterAll(() => theatre?.[Symbol.asyncDispose]());

/** The log forgets nothing: a step of milliseconds is not missed between two looks. */
const begins = (stage: Stage, worker: WorkerChild, step: string): Promise<unknown> =>
  eventually(
    () => {
      stage.steps.read();
      return stage.steps.steps.some(({ pid, name }) => pid === worker.pid && name === `${step}.before`);
    },
    { seconds: 60, what: `a worker that begins ${step}` },
  );

test.concurrent(
  'a worker asked to stop hands over within 20 s, and another one goes on at once',
  async () => {
    await using stage = await theatre.openStage('sigterm');
    const workers = [1, 2].map(() => stage.addWorker({}, { ownCommand: true }));
    await Promise.all(workers.map(({ ready }) => ready));
    const begun = stage.steps.next(({ name }) => name === 'download.before');
    await stage.start();
    const { pid } = await begun;
    const first = workers.find((worker) => worker.pid === pid)!;
    const askedMs = performance.now();
    first.send('SIGTERM');
    const end = await first.ended;
    expect(end).toEqual({ code: 0, signal: null });
    expect(performance.now() - askedMs).toBeLessThan(20_000);
    await noOrphans(first.pid);
    await expectCalmResult(theatre, stage);
  },
  200_000,
);

test.concurrent(
  'a worker that was frozen for longer than its lease commits nothing when it goes on',
  async () => {
    await using stage = await theatre.openStage('frozen');
    const frozen = stage.addWorker();
    await frozen.ready;
    await stage.start();
    await begins(stage, frozen, 'download');
    frozen.send('SIGSTOP');
    const second = stage.addWorker();
    await second.ready;
    await begins(stage, second, 'scan');
    frozen.send('SIGCONT');
    await expectCalmResult(theatre, stage);
    stage.steps.read();
    const own = stage.steps.steps.filter(({ pid }) => pid === frozen.pid);
    // It may take new work, under new leases, and it may have been frozen with the lock between check and rename; nothing was renamed by a refused owner.
    expect(count(own, 'publish.media.rename.before')).toBe(count(own, 'publish.owner-checked'));
  },
  200_000,
);

test.concurrent(
  'a merge that was frozen until another one took its place is not committed',
  async () => {
    await using stage = await theatre.openStage('frozen-merge');
    const frozen = stage.addWorker();
    await frozen.ready;
    await stage.start();
    await begins(stage, frozen, 'concat');
    frozen.send('SIGSTOP');
    const second = stage.addWorker();
    await second.ready;
    await begins(stage, second, 'export');
    frozen.send('SIGCONT');
    await expectCalmResult(theatre, stage);
  },
  200_000,
);

test.concurrent(
  'a Temporal server that is killed and started again on its database changes nothing',
  async () => {
    // Of its own: the other tests of this file keep theirs.
    await using own = await openTheatre();
    await using stage = await own.openStage('server');
    const worker = stage.addWorker();
    await worker.ready;
    await stage.start();
    for (const step of ['scan', 'export']) {
      await begins(stage, worker, step);
      await own.server.kill();
      await own.server.restart();
    }
    await expectCalmResult(theatre, stage);
    expect(worker.isRunning()).toBe(true);
  },
  200_000,
);

const count = (steps: readonly { name: string }[], name: string): number =>
  steps.filter((step) => step.name === name).length;
