// A plan is read in a few queries, however many camera-days it has, and tells the same of each.
import pg from 'pg';
import { afterEach, expect, test, vi } from 'vitest';
import { Worker } from 'node:worker_threads';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { printPlan, printPlanJson } from '../../src/cli/plan/show.ts';
import { allDays, daysPerPage, readPlan } from '../../src/client/plan-documents.ts';
import { planDocument } from '../../src/contract/plan.ts';
import { forEachDatabase } from '../catalog/databases.ts';
import { manifest, planSpec } from '../catalog/rows.ts';
import { recordingTerminal } from '../cli/run-cli.ts';

const startMs = Date.UTC(2026, 8, 13, 7, 45);
const startUnix = startMs / 1000;

afterEach(() => void vi.restoreAllMocks());

/** Statements that either database was given since. */
function countStatements(): () => number {
  const toSqlite = vi.spyOn(Worker.prototype, 'postMessage');
  const toPostgres = vi.spyOn(pg.Client.prototype, 'query');
  return () =>
    toSqlite.mock.calls.filter(([message]) => typeof (message as { sql?: unknown }).sql === 'string').length +
    toPostgres.mock.calls.length;
}

async function addPlan(catalog: Catalog, days: number): Promise<void> {
  await catalog.plans.add({ id: 'p1', spec: planSpec(), cameraDays: manifest(days) });
}

async function addSegment(
  { segments }: Catalog,
  {
    missingSeconds = 0,
    ...of
  }: { cameraId: string; startUnix: number; seconds?: number; missingSeconds?: number },
): Promise<void> {
  const key = { seconds: 900, ...of };
  const lease = await segments.acquire({ key, owner: 'a', ttlSeconds: 60 });
  if (!lease.granted) throw new Error(`held by ${lease.heldBy}`);
  const gap = {
    startAt: new Date(key.startUnix * 1000).toISOString(),
    endAt: new Date((key.startUnix + missingSeconds) * 1000).toISOString(),
    cause: 'sourceHadNone' as const,
  };
  const state = missingSeconds > 0 ? 'incomplete' : 'complete';
  const gaps = missingSeconds > 0 ? [gap] : [];
  await segments.record({
    ...{ key, epoch: lease.epoch, state, attempts: 1, missingSeconds, gaps },
    path: `${key.cameraId}-${key.startUnix}.flv`,
  });
}

/** Incomplete, with so many seconds missing. */
const record = ({ cameraDays }: Catalog, index: number, missingSeconds: number) =>
  cameraDays.record({
    ...{ planId: 'p1', index, state: 'incomplete', missingSeconds, toleranceWindowMissingSeconds: 0 },
    ...{ merged: [], exported: [] },
  });

forEachDatabase(({ open }) => {
  test('segments come with their camera-day: its camera, its window, its lengths', async () => {
    const catalog = await open();
    await addPlan(catalog, 2);
    const endUnix = Date.UTC(2026, 8, 13, 20) / 1000;
    for (const at of [startUnix - 900, startUnix, endUnix - 900, endUnix])
      await addSegment(catalog, { cameraId: 'cam-0', startUnix: at });
    await addSegment(catalog, { cameraId: 'cam-1', startUnix: startUnix + 900, missingSeconds: 5 });
    await addSegment(catalog, { cameraId: 'cam-9', startUnix });
    // Another plan cut the same time into minutes: it counts once.
    await addSegment(catalog, {
      ...{ cameraId: 'cam-1', startUnix: startUnix + 900, seconds: 60, missingSeconds: 5 },
    });
    const [first, second] = await allDays(await readPlan(catalog, 'p1'));
    const stored = (day: typeof first) =>
      day?.document.segments.flatMap(({ path, startAt }) => (path ? [startAt] : []));
    expect(stored(first)).toEqual(['2026-09-13T07:45:00Z', '2026-09-13T19:45:00Z']);
    expect(stored(second)).toEqual(['2026-09-13T08:00:00Z']);
    expect(first?.document.segments).toHaveLength(49);
    expect([first?.causes, second?.causes]).toEqual([{}, { sourceHadNone: 5 }]);
  });

  test('a long plan is one document in a few queries', async () => {
    const catalog = await open();
    const days = 3 * daysPerPage;
    await addPlan(catalog, days);
    await addSegment(catalog, { cameraId: `cam-${days - 1}`, startUnix });
    const { terminal, text } = recordingTerminal();
    const statements = countStatements();
    await printPlanJson({ terminal, catalog }, { planId: 'p1' });
    expect(statements()).toBeLessThanOrEqual(1 + 2 * 3);
    const { cameraDays, id } = planDocument.parse(JSON.parse(text()));
    expect([id, cameraDays.length]).toEqual(['p1', days]);
    expect(cameraDays.map(({ camera }) => camera)).toEqual(manifest(days).map(({ cameraId }) => cameraId));
    expect(cameraDays.at(-1)?.segments[0]).toMatchObject({ path: `cam-${days - 1}-${startUnix}.flv` });
  });

  test('a short plan is one line', async () => {
    const catalog = await open();
    await addPlan(catalog, 2);
    const { terminal, text } = recordingTerminal();
    await printPlanJson({ terminal, catalog }, { planId: 'p1' });
    expect(text().split('\n')).toHaveLength(1);
    expect(planDocument.parse(JSON.parse(text())).cameraDays).toHaveLength(2);
  });

  test('the table takes no more queries for a hundred rows with causes than for one', async () => {
    const catalog = await open();
    await addPlan(catalog, 120);
    for (const index of [0, 1, 2, 3, 4]) {
      await addSegment(catalog, { cameraId: `cam-${index}`, startUnix, missingSeconds: 7 });
      await record(catalog, index, 7);
    }
    const { terminal, text } = recordingTerminal();
    const statements = countStatements();
    await printPlan({ terminal, catalog }, { planId: 'p1' });
    expect(statements()).toBeLessThanOrEqual(5);
    expect(text().match(/7 s the source had none/g)).toHaveLength(5);
    expect(text()).toContain('and 20 more');
    expect(text()).toMatch(/\n120 camera-days: 115 pending, 5 incomplete; 35 s missing$/);
  });

  test('the table of a long plan begins with what needs somebody', async () => {
    const catalog = await open();
    await addPlan(catalog, 120);
    for (const index of [0, 1]) await record(catalog, index, 7);
    await catalog.cameraDays.setState({ planId: 'p1', index: 2, state: 'complete' });
    await catalog.cameraDays.setState({ planId: 'p1', index: 118, state: 'refused' });
    await catalog.cameraDays.setState({ planId: 'p1', index: 119, state: 'failed' });
    const { terminal } = recordingTerminal();
    const shown = await printPlan({ terminal, catalog }, { planId: 'p1' });
    const cameras = shown.map(({ document }) => document.camera);
    expect(cameras.slice(0, 5)).toEqual(['cam-119', 'cam-118', 'cam-0', 'cam-1', 'cam-3']);
    expect(cameras).not.toContain('cam-2');
  });

  test('all camera-days in one state are shown, however many, and no others', async () => {
    const catalog = await open();
    await addPlan(catalog, 2 * daysPerPage);
    const refused = [3, ...Array.from({ length: 120 }, (_, index) => daysPerPage + index)];
    for (const index of refused) await catalog.cameraDays.setState({ planId: 'p1', index, state: 'refused' });
    const { terminal, text } = recordingTerminal();
    const shown = await printPlan({ terminal, catalog }, { planId: 'p1', state: 'refused' });
    expect(shown.map(({ document }) => document.camera)).toEqual(refused.map((index) => `cam-${index}`));
    expect(text()).toMatch(/\n500 camera-days: 379 pending, 121 refused$/);
    const { count } = await readPlan(catalog, 'p1', { state: 'refused' });
    expect(count).toBe(refused.length);
    const none = await readPlan(catalog, 'p1', { camera: 'cam-0', state: 'refused' });
    expect(await allDays(none)).toEqual([]);
  });

  test('a long plan is never in memory as a whole', async () => {
    const catalog = await open();
    const days = 2 * daysPerPage + 1;
    await addPlan(catalog, days);
    const list = vi.spyOn(catalog.cameraDays, 'list');
    const { pages, count, total } = await readPlan(catalog, 'p1');
    const sizes: number[] = [];
    for await (const page of pages) sizes.push(page.length);
    expect([count, total, sizes]).toEqual([days, days, [daysPerPage, daysPerPage, 1]]);
    expect(list).not.toHaveBeenCalled();
  });

  test('a plan that is removed while it is read ends in a fault, not in half a document', async () => {
    const catalog = await open();
    await addPlan(catalog, 2 * daysPerPage);
    const { pages } = await readPlan(catalog, 'p1');
    const read = async () => {
      for await (const page of pages) if (page.length > 0) await catalog.plans.remove('p1');
    };
    await expect(read()).rejects.toMatchObject({ type: 'NotFound' });
  });
});
