// The stage of the relays' soak and what is done on it; sizes and length come from the environment.
import { setTimeout as delay } from 'node:timers/promises';
import { setRelayEngine } from '../../src/client/restream.ts';
import { seenAt } from '../fakes/live-camera.ts';
import { startFaultServer } from '../integration/faults/fault-server.ts';
import { childrenOfWorker, type WorkerChild } from '../integration/faults/worker-child.ts';
import { startRelayStack, type RelayStack } from '../integration/restream/relay-stack.ts';
import { eventually } from '../setup/eventually.ts';
import { startPostgres, tempDir } from '../setup/servers.ts';
import { deaths, openField, type Field } from './relay-field.ts';
import { openHistoryLedger, type HistoryLedger } from './relay-histories.ts';
import { backSeconds, lostSeconds, openJudge, type Judge, type SoakRelay } from './relay-judge.ts';
import { heldBy, leaksBetween, publishersOf, type Held } from './relay-leaks.ts';

export interface Scene extends AsyncDisposable {
  /** Length of the whole, from the beginning of the scene. */
  lastSeconds: number;
  reaches(seconds: number): Promise<void>;
  /** One camera after the other dies and comes back. */
  letCamerasDie(): void;
  /** Returns when all are back. */
  letCamerasLive(): Promise<void>;
  /** Ends the worker that publishes most; another one is there, and a new one comes. */
  killHolder(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  restartTarget(): Promise<void>;
  stopTemporal(seconds: number): Promise<void>;
  /** What is held from now on is compared with what is held now. */
  warmedUp(): Promise<void>;
  lookForLeaks(): Promise<void>;
  violations(): Promise<string[]>;
}

const number = (name: string, usual: number): number => Number(process.env[name] ?? usual);
const lastSeconds = number('LONGTAKE_SOAK_SECONDS', 600);
const counts = { pull: number('LONGTAKE_SOAK_PULL', 300), ffmpeg: number('LONGTAKE_SOAK_FFMPEG', 20) };
const sourceCount = 16;
/** Those never die: what happens to their cameras is our doing. */
const immortal = 4;

/** Longer than any heartbeat's time-out: a shorter absence proves little. */
const leastAwaySeconds = 20;

/** Periods as users have them; only a camera that was long dead is not waited for a minute. */
const settings = {
  ...{ pollSeconds: 10, keepSeconds: 2, connectSeconds: 10, stallSeconds: 10, restartSeconds: 3 },
  ...{
    backoffSeconds: 5,
    serverLostSeconds: 10,
    handOverSeconds: 7,
    connectsPerHost: 1000,
    connectsPerSubnet: 1000,
  },
} as const;

interface Stage {
  stack: RelayStack;
  field: Field;
  judge: Judge;
  ledger: HistoryLedger;
  relays: SoakRelay[];
  workers: WorkerChild[];
  /** Those that have ended. */
  fallen: WorkerChild[];
  /** Broken promises that the judge does not see. */
  others: string[];
}

/** All relays are live when it resolves, and two workers are there. */
export async function openScene(): Promise<Scene> {
  const stack = new AsyncDisposableStack();
  try {
    const dir = stack.use(await tempDir());
    const temporal = stack.use(await startFaultServer(dir.path));
    const postgres = stack.use(await startPostgres());
    const { address, codePath } = temporal;
    const relayStack = stack.use(
      await startRelayStack({
        ...{ settings, worker: 'none', catalogUrl: await postgres.newDatabaseUrl() },
        temporal: { address, codePath, namespace: await temporal.newNamespace('soak') },
      }),
    );
    const field = stack.use(await openField(relayStack.cameras, { dir: dir.path, count: sourceCount }));
    const workers = [await relayStack.addWorker({ ownCommand: true })];
    const relays = await addRelays(relayStack, field);
    workers.push(await relayStack.addWorker({ ownCommand: true }));
    const steady = relays.filter(
      ({ engine, source }) => engine === 'pull' && !mortals(field).includes(source),
    );
    const ledger = openHistoryLedger(
      relayStack.client,
      steady.map(({ cameraId }) => cameraId),
    );
    await ledger.mark();
    const judge = stack.use(openJudge(relayStack, relays));
    const stage = { stack: relayStack, field, judge, ledger, relays, workers, fallen: [], others: [] };
    return { ...sceneOf(stage, temporal), [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

const mortals = ({ sources }: Field): string[] => sources.slice(immortal);

async function addRelays(stack: RelayStack, { sources }: Field): Promise<SoakRelay[]> {
  const relays = (['pull', 'ffmpeg'] as const).flatMap((engine) =>
    Array.from({ length: counts[engine] }, (_, index) => ({
      ...{ engine, cameraId: `${engine}-${index}`, source: sources[index % sources.length]! },
    })),
  );
  for (const source of sources) {
    const cameras = relays.filter((relay) => relay.source === source);
    await stack.addCameras(
      cameras.map(({ cameraId }) => cameraId),
      { path: source },
    );
  }
  await stack.start();
  const ids = relays.map(({ cameraId }) => cameraId);
  await stack.live(ids, 120);
  for (const { cameraId, engine } of relays)
    if (engine === 'ffmpeg') await setRelayEngine(stack.client, { cameraId, engine });
  await eventually(
    async () => {
      const rows = await stack.catalog.relays.list();
      return rows.filter(({ report }) => report?.engine === 'ffmpeg').length === counts.ffmpeg;
    },
    { what: 'relays of engine ffmpeg', seconds: 60 },
  );
  await stack.live(ids, 120);
  return relays;
}

function sceneOf(
  stage: Stage,
  temporal: Pick<Awaited<ReturnType<typeof startFaultServer>>, 'kill' | 'restart'>,
) {
  const { judge, ledger, others, stack } = stage;
  const noteGrown = async (): Promise<void> => void others.push(...(await ledger.grown()));
  let dying: Dying | undefined;
  let warm: Held | undefined;
  return {
    lastSeconds,
    reaches: (seconds: number) => delay(Math.max(0, seconds - judge.nowSeconds()) * 1000),
    letCamerasDie: () => void (dying = letCamerasDie(stage)),
    async letCamerasLive() {
      await dying?.end();
      await delay((backSeconds + settings.keepSeconds) * 1000);
    },
    killHolder: (signal: 'SIGKILL' | 'SIGTERM') => killHolder(stage, signal),
    async restartTarget() {
      await noteGrown();
      judge.did('MediaMTX killed');
      judge.excuse({ engine: 'all', seconds: 60 });
      await stack.target.kill();
      await stack.target.restart();
      judge.did('MediaMTX answers again');
      judge.excuse({ engine: 'all', seconds: backSeconds });
      await ledger.mark();
    },
    async stopTemporal(seconds: number) {
      judge.did('Temporal killed');
      await temporal.kill();
      await delay(Math.max(seconds, leastAwaySeconds) * 1000);
      await temporal.restart();
      judge.did('Temporal is back');
    },
    async warmedUp() {
      warm = await heldBy(holderOf(stage), stack.config.dataDir);
    },
    async lookForLeaks() {
      await noteGrown();
      const keeper = stage.workers.find(({ pid }) => pid === warm?.pid);
      if (!warm || !keeper) others.push('the worker whose memory was to be compared is gone');
      else others.push(...leaksBetween(warm, await heldBy(keeper, stack.config.dataDir)));
      others.push(...leftByWorkers(stage));
      for (const { cameraId } of [stage.relays[0]!, stage.relays.at(-1)!])
        await seenAt(stack.target.readUrl(`cam/${cameraId}`));
    },
    async violations() {
      await judge[Symbol.asyncDispose]();
      return [...judge.violations, ...others];
    },
  };
}

const holderOf = ({ workers }: Stage): WorkerChild =>
  workers.reduce((most, one) => (publishersOf(one) > publishersOf(most) ? one : most));

async function killHolder(stage: Stage, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const { judge, stack, workers, fallen } = stage;
  const holder = holderOf(stage);
  judge.did(`${signal} to the worker with ${publishersOf(holder)} processes of ffmpeg`);
  if (signal === 'SIGKILL') judge.excuse({ engine: 'ffmpeg', seconds: lostSeconds });
  judge.keeperLost();
  holder.send(signal);
  workers.splice(workers.indexOf(holder), 1);
  await holder.ended;
  judge.did('that worker has ended');
  fallen.push(holder);
  workers.push(await stack.addWorker({ ownCommand: true }));
}

/** Nobody's processes are left, and each relay of ours has one. */
function leftByWorkers({ fallen, relays, workers }: Stage): string[] {
  const left = fallen.flatMap(({ pid }) =>
    childrenOfWorker(pid).map((child) => `${child.command} of ${pid}`),
  );
  const wanted = relays.filter(({ engine }) => engine === 'ffmpeg').length;
  const found = workers.flatMap(({ pid }) => childrenOfWorker(pid)).filter(isFfmpegItself).length;
  return [
    ...left.map((child) => `left by a worker that has ended: ${child}`),
    ...(found === wanted ? [] : [`${found} processes of ffmpeg for ${wanted} relays`]),
  ];
}

/** Not one of the wrappers around it. */
const isFfmpegItself = ({ command }: { command: string }): boolean => /^\S*ffmpeg /.test(command);

interface Dying {
  end(): Promise<void>;
}

/** As many cameras as are dead at once at most. */
const deadAtOnce = 4;

function letCamerasDie({ field, judge }: Stage): Dying {
  const end = new AbortController();
  const wait = (seconds: number): Promise<void> =>
    delay(seconds * 1000, undefined, { signal: end.signal }).catch(() => undefined);
  const oneAfterTheOther = async (sources: readonly string[]): Promise<void> => {
    while (!end.signal.aborted) {
      await wait(5 + Math.random() * 15);
      if (end.signal.aborted) return;
      const source = sources[Math.floor(Math.random() * sources.length)]!;
      const death = deaths[Math.floor(Math.random() * deaths.length)]!;
      judge.did(`${death} to ${source}`);
      field.die(source, death);
      await wait(3 + Math.random() * 17);
      judge.did(`${source} may come back`);
      field.comeBack(source);
    }
  };
  const lanes = Array.from({ length: deadAtOnce }, (_, lane) =>
    oneAfterTheOther(mortals(field).filter((_source, index) => index % deadAtOnce === lane)),
  );
  return {
    async end() {
      end.abort();
      await Promise.all(lanes);
    },
  };
}
