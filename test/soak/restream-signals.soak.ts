// Ten thousand signals over one relay that continues as new all the time, and a thousand cameras through one supervisor.
import { beforeAll, expect, test } from 'vitest';
import { eventually } from '../setup/eventually.ts';
import { ownNamespace } from '../setup/own-namespace.ts';
import { pour } from '../workflows/restream-pour.ts';
import { runRestream, runsOf } from '../workflows/restream-run.ts';

let namespace: Awaited<ReturnType<typeof ownNamespace>>;
beforeAll(async () => {
  namespace = await ownNamespace();
});

test('a relay loses none of 10,000 signals in bursts of 100', async () => {
  await runRestream({ namespace, cameras: ['cam-1'] }, async (stage) => {
    const { forgave, bursts, runs } = await pour(stage, { signals: 10_000, burst: 100 });
    expect(forgave).toBe(bursts);
    expect(runs.length).toBeGreaterThan(bursts / 2);
    expect(Math.max(...runs)).toBeLessThan(200);
  });
});

test('a supervisor starts 1,000 cameras, changes and ends them, and no history grows above 2,000 events', async () => {
  const cameras = Array.from({ length: 1_000 }, (_, index) => `cam-${index}`);
  await runRestream({ namespace, cameras }, async (stage) => {
    const { client, state } = stage;
    const supervisor = await stage.startRestream();
    const told = (): boolean =>
      [...state.relays.values()].every(({ revision, toldRevision }) => revision === toldRevision);
    await eventually(told, { seconds: 600 });
    for (const relay of state.relays.values()) relay.revision += 1;
    await eventually(told, { seconds: 600 });
    for (const relay of state.relays.values())
      Object.assign(relay, { revision: relay.revision + 1, wanted: false });
    await eventually(() => state.relays.size === 0, { seconds: 600 });
    const runs = await runsOf(client, supervisor.workflowId);
    expect(runs.length).toBeGreaterThan(3);
    expect(Math.max(...runs)).toBeLessThan(2_000);
  });
});
