// The topology of docker-compose.yml without containers: production server on PostgreSQL, two worker hosts with separate media, and the loss of one.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { HostDocument } from '../../src/contract/host.ts';
import type { CameraDayDocument } from '../../src/contract/plan.ts';
import { searchAttributeArgs } from '../../src/contract/search-attributes.ts';
import { startArchive, type Archive } from '../fakes/archive.ts';
import { makeClip } from '../fakes/clips.ts';
import { eventually } from '../setup/eventually.ts';
import { listeningSockets } from '../setup/listening-sockets.ts';
import { runToSuccess } from '../setup/run-to-success.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';
import { testRun } from '../setup/test-tools.ts';
import { repository } from './compose-file.ts';
import { layOutImage } from './dockerfile.ts';
import { Fleet, type Machine } from './fleet.ts';
import { knownImages, makePrograms } from './images.ts';
import {
  clipSeconds,
  Operator,
  pathsOf,
  publishedFiles,
  segmentStartUnix,
  serveSegments,
  windowOf,
} from './plans.ts';
import { publishCamera, type PublishedCamera } from './publish-camera.ts';

/** In the container. */
const exportDir = '/var/lib/longtake/export';
const segmentsOfLostDay = 6;
const clipSpec = { seconds: clipSeconds, size: '160x120', fps: 10, gopFrames: 10, audio: false };
const cameras = ['entrance', 'hall', 'yard', 'gate'];

let dir: TempDir;
let fleet: Fleet;
let archive: Archive;
let clips: string[];
let one: Machine;
let two: Machine;
let operator: Operator;
let published: PublishedCamera;

/** What takes minutes in production takes seconds here. */
const quick = {
  LONGTAKE_HOSTS_LEASE_SECONDS: '9',
  LONGTAKE_HOSTS_PATIENCE_SECONDS: '5',
  LONGTAKE_PLAN_HEARTBEAT_SECONDS: '8',
  LONGTAKE_PLAN_RECONCILE_SECONDS: '20',
  LONGTAKE_DOWNLOAD_LEASE_SECONDS: '9',
  LONGTAKE_DOWNLOAD_SETTLE_SECONDS: '0',
};

beforeAll(async () => {
  dir = await tempDir();
  const run = await testRun();
  const secretsDir = join(dir.path, 'secrets');
  await runToSuccess(run, {
    command: join(repository, 'deploy/make-secrets.sh'),
    args: [secretsDir],
    env: { LONGTAKE_UID: String(process.getuid!()), LONGTAKE_GID: String(process.getgid!()) },
  });
  const layout = await layOutImage({ run, dir: dir.path });
  fleet = await Fleet.prepare({
    run,
    images: await knownImages(layout),
    programs: await makePrograms(join(dir.path, 'bin')),
    dir: dir.path,
    secretsDir,
    more: { worker: quick },
  });
  await fleet.useSecretsHere();
  one = fleet.machine('host-one');
  two = fleet.machine('host-two');
  operator = new Operator(fleet, two);
  archive = await startArchive();
  clips = await Promise.all(
    Array.from({ length: segmentsOfLostDay }, (_, index) =>
      // Every one with a colour of its own: a picture that repeats would pass for an overlap.
      makeClip({ ...clipSpec, dir: dir.path, videoFilter: `hue=h=${index * 50}` }),
    ),
  );
});

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(`${await fleet.complaints()}\n`);
});

afterAll(async () => {
  await published?.stop();
  await fleet?.stop();
  await archive?.close();
  await dir?.remove();
});

const filesOf = (machine: Machine): Promise<string[]> => publishedFiles(fleet, machine);

/** Everything of a camera-day lies on the host that the catalog names, nothing on the other. */
async function expectOnOneHost(day: CameraDayDocument): Promise<void> {
  const [home, other] = day.host === one.host ? [one, two] : [two, one];
  expect(day.host).toBe(home.host);
  const paths = pathsOf(day);
  expect(await filesOf(home)).toEqual(expect.arrayContaining(paths));
  const elsewhere = await filesOf(other);
  expect(paths.filter((path) => elsewhere.includes(path))).toEqual([]);
}

const temporal = (args: string[]): Promise<string[]> =>
  fleet.runProgram(one, { service: 'temporal-namespace', argv: ['temporal', ...args] });

describe('the fleet of docker-compose.yml', () => {
  test('comes up in the order of the file, each service healthy by its own check', async () => {
    await fleet.start(one, 'mediamtx');
    published = await publishCamera(fleet, one, 'lobby');
    await fleet.start(one, 'temporal-ui');
    await fleet.start(one, 'worker');
    await fleet.startServer(two, 'worker');
    const [line = ''] = await operator.run(['worker', '--check', '--json']);
    expect(JSON.parse(line) as HostDocument).toMatchObject({ host: 'host-two', alive: true });
  });

  test('has the shards, retention and search attributes of the file, and its jobs may run again', async () => {
    for (const job of ['databases', 'temporal-schema', 'temporal-namespace']) await fleet.runJob(one, job);
    const { historyShardCount } = JSON.parse(
      (await temporal(['operator', 'cluster', 'describe', '--detail', '--output', 'json'])).join(''),
    ) as { historyShardCount: number };
    expect(historyShardCount).toBe(512);
    const namespace = await temporal([
      'operator',
      'namespace',
      'describe',
      '--namespace',
      'longtake',
      '--output',
      'json',
    ]);
    expect(namespace.join('')).toContain('"604800s"');
    const attributes = await temporal([
      'operator',
      'search-attribute',
      'list',
      '--namespace',
      'longtake',
      '--output',
      'json',
    ]);
    const { customAttributes } = JSON.parse(attributes.join('')) as {
      customAttributes: Record<string, string>;
    };
    expect(Object.keys(customAttributes).sort()).toEqual(
      searchAttributeArgs.map((text) => text.split('=')[0]!).sort(),
    );
  });

  test('lets nobody read, publish or command MediaMTX without the right password', async () => {
    expect((await fetch(`http://${fleet.addressOf(9996)}/list?path=lobby`)).status).toBe(401);
    const asReader = published.archiveUrl
      .replace('http', 'rtsp')
      .replace(fleet.addressOf(9996), fleet.addressOf(8554));
    await expect(
      runToSuccess(fleet.spec.run, {
        command: 'ffmpeg',
        args: [
          '-loglevel',
          'error',
          '-i',
          clips[0]!,
          '-c',
          'copy',
          '-rtsp_transport',
          'tcp',
          '-f',
          'rtsp',
          asReader,
        ],
      }),
    ).rejects.toThrow(/401|Unauthorized|auth/i);
    expect((await fetch(`http://${fleet.addressOf(9997)}/v3/paths/list`)).status).toBe(401);
    // No fourth door: neither metrics nor another protocol.
    const server = fleet.serverOf(one, 'mediamtx');
    expect(listeningSockets(server.pid)).toEqual(
      [8554, 9996, 9997].map((port) => `tcp ${fleet.addressOf(port)}`).sort(),
    );
  });

  test('runs a plan over both hosts and keeps every camera-day on one of them', async () => {
    const date = '2026-03-02';
    serveSegments(archive, { cameras, date, clips: clips.slice(0, 3) });
    for (const camera of cameras) {
      const url = `${archive.url}/{id}/{startUnix}`;
      await operator.run([
        'camera',
        'add',
        camera,
        '--archive-kind',
        'http',
        '--archive-url',
        url,
        '--tags',
        'http',
      ]);
    }
    await operator.run(['target', 'add', 'vault', '--kind', 'local', '--path', exportDir]);
    const id = await operator.addPlan([
      ...['--date', date, '--window', windowOf(3), '--segment-seconds', String(clipSeconds)],
      ...['--tag', 'http', '--target', 'vault'],
    ]);
    const plan = await operator.runPlan(id);
    expect(plan.cameraDays.map(({ camera, state }) => `${camera} ${state}`)).toEqual(
      cameras.toSorted().map((camera) => `${camera} complete`),
    );
    for (const day of plan.cameraDays) await expectOnOneHost(day);
    const exported = await readdir(fleet.pathIn(two, { service: 'worker', path: exportDir }), {
      recursive: true,
    });
    for (const day of plan.cameraDays)
      for (const path of day.merged) expect(exported).toContain(path.replace('merged/', ''));
  });

  test('downloads what its own MediaMTX recorded, with the reader’s password', async () => {
    await eventually(async () => (await published.recorded()).seconds > 14, {
      seconds: 60,
      what: '14 s of recording',
    });
    const { startMs } = await published.recorded();
    const second = Math.ceil(startMs / 1000) * 1000 + 1000;
    const at = (offset: number): string => new Date(second + offset * 1000).toISOString();
    await operator.run([
      'camera',
      'add',
      'lobby',
      '--archive-kind',
      'mediamtx',
      '--archive-url',
      published.archiveUrl,
    ]);
    const id = await operator.addPlan([
      ...['--date', at(0).slice(0, 10), '--window', `${at(0).slice(11, 19)}-${at(10).slice(11, 19)}`],
      ...['--segment-seconds', '5', '--cameras', 'lobby', '--steps', 'download,merge'],
    ]);
    const [day] = (await operator.runPlan(id)).cameraDays;
    expect(day).toMatchObject({ camera: 'lobby', state: 'complete' });
    await expectOnOneHost(day!);
  });

  test('ends on the other host what a host leaves behind when it is lost for good', async () => {
    const date = '2026-03-03';
    const segments = segmentsOfLostDay;
    serveSegments(archive, { cameras, date, clips });
    // A segment takes seconds, so the host dies with some of a day published and some under way.
    archive.always('*', { do: 'drip', bytesPerSecond: 30_000 });
    const id = await operator.addPlan([
      ...['--date', date, '--window', windowOf(segments), '--segment-seconds', String(clipSeconds)],
      ...['--tag', 'http', '--steps', 'download,merge'],
    ]);
    const ended = operator.runPlan(id);
    const victim = (await eventually(() => machineWithWork(date), {
      seconds: 120,
      what: 'a segment published on some host',
    }))!;
    const survivor = victim === one ? two : one;
    process.kill(-fleet.serverOf(victim, 'worker').pid, 'SIGKILL');
    const before = await operator.showPlan(id);
    const left = before.cameraDays.filter(({ host, state }) => host === victim.host && state === 'running');
    expect(left.length).toBeGreaterThan(0);

    const plan = await ended;
    expect(plan.cameraDays.map(({ state }) => state)).toEqual(cameras.map(() => 'complete'));
    for (const { camera } of left) {
      const day = plan.cameraDays.find((one) => one.camera === camera)!;
      expect(day.host).toBe(survivor.host);
      expect(pathsOf(day)).toHaveLength(segments + 2);
      expect(await filesOf(survivor)).toEqual(expect.arrayContaining(pathsOf(day)));
    }
    const check = await operator.run(['worker', '--check', '--host', victim.host], [1]);
    expect(check).toEqual([`${victim.host}: lost`]);
    expect(await fleet.isHealthy(survivor, 'worker')).toBe(true);
  });
});

/** The machine that has published a segment of that day, once there is one. */
async function machineWithWork(date: string): Promise<Machine | undefined> {
  const endings = Array.from(
    { length: 6 },
    (_, index) => `-${segmentStartUnix(date, index)}-${clipSeconds}s.`,
  );
  for (const machine of [one, two])
    if ((await filesOf(machine)).some((path) => endings.some((ending) => path.includes(ending))))
      return machine;
  return undefined;
}
