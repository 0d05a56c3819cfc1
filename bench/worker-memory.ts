// The memory of one worker process over 700 camera-days: what it holds at the end against what it held once it was warm.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { Catalog } from '../src/catalog/catalog.ts';
import { connectCatalog } from '../src/catalog/connect.ts';
import { addCamera } from '../src/client/camera.ts';
import { startPlan } from '../src/client/plan-control.ts';
import { addPlan } from '../src/client/plan.ts';
import { loadConfig } from '../src/config/load.ts';
import { planWorkflowId } from '../src/contract/ids.ts';
import { planRequest } from '../src/contract/plan.ts';
import type { Bench, BenchResult } from './bench.ts';
import { makeRecording } from './recording.ts';
import { inMegabytes } from './scratch.ts';
import { type TemporalPlace, withTemporal } from './temporal.ts';

/** One plan: 10 cameras on 70 days, one segment each; three events at least of each in the plan's history, so that it must continue as new. */
const cameras = 10;
const lastDate = '2026-03-11';
const cameraDays = 700;
const segmentSeconds = 2;
/** Between two looks. */
const stepDays = 100;
/** Until then caches and compiled code fill up; five hundred follow. */
const warmDays = 200;
const lateDays = 400;

async function startWorker({ dir, address }: TemporalPlace): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('./programs/worker.ts', import.meta.url));
  const worker = fork(program, [dir, address], { execArgv: ['--expose-gc'] });
  const [word] = (await Promise.race([once(worker, 'message'), once(worker, 'exit')])) as [unknown];
  if (word !== 'ready') throw new Error(`The worker ended with ${String(word)} instead of beginning.`);
  return worker;
}

async function residentBytes(worker: ChildProcess): Promise<number> {
  worker.send('measure');
  const [answer] = (await once(worker, 'message')) as [{ residentBytes: number }];
  return answer.residentBytes;
}

async function stopWorker(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null) return;
  const ended = once(worker, 'exit');
  worker.send('stop');
  await ended;
}

/** Answers the plan's id. */
async function addPlanOf(catalog: Catalog, place: { archive: string; mediaRoot: string }): Promise<string> {
  const ids = Array.from({ length: cameras }, (_, index) => `bench-${index}`);
  for (const id of ids) {
    const fields = { id, timeZone: 'UTC', archiveKind: 'file', archiveUrl: `file://${place.archive}` };
    await addCamera(catalog, { fields });
  }
  const spec = planRequest.parse({
    date: '2026-01-01',
    toDate: lastDate,
    window: '12:00:00-12:00:02',
    cameras: { ids },
    steps: ['download'],
    segmentSeconds,
  });
  const { id } = await addPlan({
    catalog,
    spec,
    mediaRoot: place.mediaRoot,
    workersAreHere: true,
    dryRun: false,
  });
  return id!;
}

async function failureOf(catalog: Catalog, planId: string): Promise<string> {
  const [day] = await catalog.cameraDays.list(planId, { states: ['failed'] });
  return `Camera-day ${day?.slug} failed: ${day?.reason}`;
}

async function reached(catalog: Catalog, planId: string, count: number): Promise<void> {
  for (;;) {
    const { complete, failed } = await catalog.plans.countByState(planId);
    if (failed > 0) throw new Error(await failureOf(catalog, planId));
    if (complete >= count) return;
    await pause(250);
  }
}

interface Run extends TemporalPlace {
  catalog: Catalog;
  client: Client;
  planId: string;
  worker: ChildProcess;
}

async function watch({ catalog, client, planId, worker }: Run): Promise<BenchResult> {
  const { spec } = await catalog.plans.require(planId);
  const [first] = await catalog.cameraDays.list(planId);
  const startedMs = performance.now();
  await startPlan(client, { planId, spec, cameraDays, startMs: first!.startMs });
  const held: number[] = [];
  for (let days = stepDays; days <= cameraDays; days += stepDays) {
    await reached(catalog, planId, days);
    held.push(await residentBytes(worker));
  }
  await client.workflow.getHandle(planWorkflowId(planId)).result();
  const tookSeconds = (performance.now() - startedMs) / 1000;
  const { count: sessions } = await client.workflow.count(`WorkflowId = '${planWorkflowId(planId)}'`);
  const perSecond = (cameraDays / tookSeconds).toFixed(0);
  const detail = `${held.map(inMegabytes).join(', ')} after each ${stepDays}; ${sessions} sessions of the plan, ${perSecond} camera-days a second with real files`;
  if (sessions < 2) throw new Error(`The plan never continued as new. ${detail}`);
  const since = (days: number): number[] => [held.at(-1)! / held[days / stepDays - 1]!];
  return {
    ratios: since(warmDays),
    detail,
    apart: [{ what: `memory after ${cameraDays} camera-days ÷ after ${lateDays}`, ratios: since(lateDays) }],
  };
}

async function memoryOverDays(place: TemporalPlace): Promise<BenchResult> {
  const { dir, address, namespace } = place;
  const config = loadConfig({ flags: { data: dir }, env: {}, cwd: dir });
  await mkdir(config.mediaRoot, { recursive: true });
  const archive = join(dir, 'archive.flv');
  await makeRecording(archive, segmentSeconds);
  const catalog = await connectCatalog({ ...config.catalog, keyFile: config.keyFile });
  const connection = await Connection.connect({ address });
  const worker = await startWorker(place);
  try {
    const planId = await addPlanOf(catalog, { archive, mediaRoot: config.mediaRoot });
    const client = new Client({ connection, namespace });
    return await watch({ ...place, catalog, client, planId, worker });
  } finally {
    await stopWorker(worker);
    await connection.close();
    await catalog.close();
  }
}

export const benches: Bench[] = [
  {
    name: 'worker-memory',
    title: `memory of a worker after ${cameraDays} camera-days ÷ after ${warmDays}`,
    target: 1.15,
    run: () => withTemporal(memoryOverDays),
  },
];
