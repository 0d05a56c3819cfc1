// The topology of docker-compose.yml without containers: production server on PostgreSQL, two worker hosts with separate media, and the loss of one.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServerProcess } from '../../src/embedded/server-process.ts';
import type { HostDocument } from '../../src/contract/host.ts';
import type { CameraDayDocument, PlanDocument } from '../../src/contract/plan.ts';
import { searchAttributeArgs } from '../../src/contract/search-attributes.ts';
import { startArchive, type Archive } from '../fakes/archive.ts';
import { makeClip } from '../fakes/clips.ts';
import { eventually } from '../setup/eventually.ts';
import { runToSuccess } from '../setup/run-to-success.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';
import { testRun } from '../setup/test-tools.ts';
import { repository } from './compose-file.ts';
import { layOutImage } from './dockerfile.ts';
import { Fleet, type Machine } from './fleet.ts';
import { knownImages, makePrograms } from './images.ts';
import { publishCamera, type PublishedCamera } from './publish-camera.ts';

const clipSeconds = 6;
const date = '2026-03-02';
const httpCameras = ['entrance', 'hall', 'yard', 'gate'];

let dir: TempDir;
let fleet: Fleet;
let archive: Archive;
let one: Machine;
let two: Machine;
let workerOne: ServerProcess;
let published: PublishedCamera;

/** What takes minutes in production takes seconds here. */
const quick = {
  LONGTAKE_HOSTS_LEASE_SECONDS: '6',
  LONGTAKE_HOSTS_PATIENCE_SECONDS: '4',
  LONGTAKE_PLAN_HEARTBEAT_SECONDS: '5',
  LONGTAKE_DOWNLOAD_LEASE_SECONDS: '5',
  LONGTAKE_DOWNLOAD_SETTLE_SECONDS: '0',
  LONGTAKE_PLAN_RECONCILE_SECONDS: '20',
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
  archive = await startArchive();
});

afterAll(async () => {
  await published?.stop();
  await fleet?.stop();
  await archive?.close();
  await dir?.remove();
});

const longtake = (args: string[], allowedExits = [0]): Promise<string[]> =>
  fleet.runIn(two, { service: 'worker', args, allowedExits });

const showPlan = async (id: string): Promise<PlanDocument> =>
  JSON.parse((await longtake(['plan', 'show', id, '--json'], [0, 1])).join('')) as PlanDocument;

const mediaOf = (machine: Machine): string =>
  fleet.pathIn(machine, { service: 'worker', path: '/var/lib/longtake/media' });

/** Published files (no scratch, no locks) by machine, relative to the media root. */
async function filesOf(machine: Machine): Promise<string[]> {
  const root = mediaOf(machine);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => /^(downloaded|merged)\//.test(path));
}

const machineOf = ({ host }: CameraDayDocument): Machine => (host === one.host ? one : two);

/** Segments and merged files of a camera-day lie on its host and nowhere else. */
async function expectOnOneHost(day: CameraDayDocument): Promise<void> {
  const own = await filesOf(machineOf(day));
  const other = await filesOf(machineOf(day) === one ? two : one);
  const paths = [...day.segments.flatMap(({ path }) => path ?? []), ...day.merged];
  expect(paths.length).toBeGreaterThan(1);
  for (const path of paths) {
    expect(own).toContain(path);
    expect(other).not.toContain(path);
  }
}

async function serveDay(window: { startMs: number; segments: number }, clip: string): Promise<void> {
  for (const camera of httpCameras)
    for (let index = 0; index < window.segments; index++)
      archive.serve(`/${camera}/${window.startMs / 1000 + index * clipSeconds}`, clip);
}

const addPlan = async (args: string[]): Promise<string> =>
  (JSON.parse((await longtake(['plan', 'add', '--json', ...args])).join('')) as { id: string }).id;

describe('the fleet of docker-compose.yml', () => {
  test('brings every service up in its order, each healthy by its own check', async () => {
    await fleet.start(one, 'temporal-ui');
    await fleet.start(one, 'mediamtx');
    published = await publishCamera(fleet, one, 'lobby');
    await fleet.start(one, 'worker');
    workerOne = fleet.serverOf(one, 'worker');
    await fleet.startServer(two, 'worker');
    const hosts = await longtake(['worker', '--check', '--json']);
    expect(JSON.parse(hosts.join('')) as HostDocument).toMatchObject({ host: 'host-two', alive: true });
  });
});
