// A keeper whose server comes and goes: when its cameras return by rule, and what a later attempt remembers.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Fault } from '../../../src/domain/fault.ts';
import { eventually } from '../../setup/eventually.ts';
import { startMediaMtx, type TestMediaMtx } from '../../setup/mediamtx.ts';
import { openKeeperStage, type KeeperStage } from './keeper-stage.ts';

let server: TestMediaMtx;
const lostSeconds = 0.5;
/** Two clocks, and rounds every 0.2 s. */
const slackMs = 300;

beforeAll(async () => {
  server = await startMediaMtx({ record: false });
});
afterAll(() => server?.stop());

const it = test.extend<{ stage: KeeperStage }>({
  stage: async ({ task: _ }, use) => {
    await using stage = await openKeeperStage(server, { serverLostSeconds: lostSeconds });
    const spec = { apiUrl: server.apiUrl, rtspUrl: server.rtspUrl, weight: 1, returns: 'auto' } as const;
    await stage.catalog.relayServers.put({ name: 'one', spec, secrets: { api: server.users.api } });
    await use(stage);
  },
});

const row = async (stage: KeeperStage) => (await stage.catalog.relayServers.get('one'))!;
const away = (stage: KeeperStage): void => {
  stage.faults.control = { listPaths: () => new Fault('SourceUnreachable', 'away, says the test') };
};
const back = (stage: KeeperStage): void => {
  stage.faults.control = {};
};

/** Loses it, and answers how long it was held when it came back. */
async function heldMs(stage: KeeperStage): Promise<number> {
  away(stage);
  await stage.serverIsIn('down');
  back(stage);
  await stage.serverIsIn('held');
  const { sinceMs, reason } = await row(stage);
  expect(reason).toMatch(/^It answers again; its cameras return when it has answered for [\d.]+ s\.$/);
  await stage.serverIsIn('up');
  return (await row(stage)).sinceMs - sinceMs;
}

it.concurrent(
  'returns when it has answered for a while, which doubles with each loss, also over attempts',
  async ({ stage }) => {
    const first = stage.keep();
    expect(await heldMs(stage)).toBeGreaterThan(lostSeconds * 1000 - slackMs);
    expect(await heldMs(stage)).toBeGreaterThan(2 * lostSeconds * 1000 - slackMs);
    first.cancel();
    await first.ended.catch(() => undefined);
    stage.keep(first.heartbeats.at(-1));
    expect(await heldMs(stage)).toBeGreaterThan(4 * lostSeconds * 1000 - slackMs);
    expect(stage.serversTold).toBe(9);
  },
);

it.concurrent('begins the wait again when it falls silent meanwhile, however shortly', async ({ stage }) => {
  const recently = Array.from({ length: 4 }, () => Date.now());
  const keeping = stage.keep({ lossesAtMs: recently });
  away(stage);
  await stage.serverIsIn('down');
  back(stage);
  await stage.serverIsIn('held');
  const beats = () => keeping.heartbeats as { reason?: string; live?: number }[];
  for (let breaks = 0; breaks < 5; breaks += 1) {
    const from = beats().length;
    await eventually(
      () =>
        beats()
          .slice(from)
          .filter(({ live }) => live !== undefined).length > 12,
    );
    const broken = beats().length;
    away(stage);
    await eventually(() =>
      beats()
        .slice(broken)
        .some(({ reason }) => reason !== undefined),
    );
    back(stage);
  }
  expect((await row(stage)).state).toBe('held');
});

it.concurrent('is lost once, however long the catalog cannot be told', async ({ stage }) => {
  const keeping = stage.keep();
  const losses = () => (keeping.heartbeats.at(-1) as { lossesAtMs?: number[] } | undefined)?.lossesAtMs;
  await eventually(() => keeping.heartbeats.length > 3);
  stage.faults.catalogAway = true;
  away(stage);
  await eventually(() => losses()?.length === 1);
  const from = keeping.heartbeats.length;
  await eventually(() => keeping.heartbeats.length > from + 8);
  expect(losses()).toHaveLength(1);
});

it.concurrent('that an earlier keeper lost returns as well, and at a word at once', async ({ stage }) => {
  await stage.catalog.relayServers.setState({ name: 'one', state: 'held' });
  const keeping = stage.keep();
  await stage.serverIsIn('up');
  keeping.cancel();
  await keeping.ended.catch(() => undefined);
  stage.keep({ lossesAtMs: Array.from({ length: 12 }, () => Date.now()) });
  away(stage);
  await stage.serverIsIn('down');
  back(stage);
  await stage.serverIsIn('held');
  await stage.catalog.relayServers.setState({ name: 'one', state: 'up' });
  away(stage);
  await stage.serverIsIn('down');
});
