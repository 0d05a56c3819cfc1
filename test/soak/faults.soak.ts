// Faults in numbers: workers killed at many random instants, and a catalog that goes away in the middle of a plan.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setTimeout as delay } from 'node:timers/promises';
import { layWire } from '../integration/faults/broken-wire.ts';
import { killPlans } from '../integration/faults/killed-plans.ts';
import { expectCalmResult } from '../integration/faults/result.ts';
import { openTheatre, type Theatre } from '../integration/faults/theatre.ts';
import { eventually } from '../setup/eventually.ts';
import { startPostgres } from '../setup/servers.ts';

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});

afterAll(() => theatre?.[Symbol.asyncDispose]());

test('workers killed at 40 random instants change nothing that is published', async () => {
  const fallen = await killPlans(theatre, { kills: 40, seed: 7, lanes: 4 });
  expect(fallen.length).toBeGreaterThanOrEqual(40);
});

test.each(['download', 'scan', 'concat'])(
  'a catalog that cannot be reached for some seconds, from a %s on, changes nothing',
  async (step) => {
    await using postgres = await startPostgres();
    await using wire = await layWire(postgres);
    const catalogUrl = await postgres.newDatabaseUrl();
    await using stage = await theatre.openStage(`catalog-${step}`, {
      catalogUrl,
      settings: { LONGTAKE_CATALOG_URL: catalogUrl.replace(`:${postgres.port}/`, `:${wire.port}/`) },
    });
    const worker = stage.addWorker();
    await worker.ready;
    await stage.start();
    await eventually(() => stage.steps.openSteps(worker.pid).includes(step), { what: step, seconds: 60 });
    wire.cut();
    await delay(8_000);
    wire.mend();
    await expectCalmResult(theatre, stage);
    expect(worker.isRunning()).toBe(true);
  },
);
