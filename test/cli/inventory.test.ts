import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  cameraDocument,
  cameraImportDocument,
  cameraList,
  cameraRemoved,
} from '../../src/contract/camera.ts';
import { configDocument } from '../../src/contract/config-document.ts';
import { planAdded, planDocument, planEstimate, planList } from '../../src/contract/plan.ts';
import { planRemoved } from '../../src/contract/command.ts';
import { targetDocument, targetList, targetRemoved } from '../../src/contract/target.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';
import { cliIn, runCli } from './run-cli.ts';

const canary = 'c4n4ry-p4ss';
let dir: TempDir;
let cli: ReturnType<typeof cliIn>;

beforeAll(async () => {
  dir = await tempDir();
  cli = cliIn(dir.path);
});
afterAll(() => dir.remove());

test('cameras come in by flags, by file and from standard input, and no command prints a password', async () => {
  const file = join(dir.path, 'cam-2.url');
  await writeFile(file, `\nhttp://user:${canary}@127.0.0.1:9996/{id}\n`);
  const added = await cli(
    'camera',
    'add',
    'cam-2',
    '--archive-kind',
    'mediamtx',
    '--archive-url-file',
    file,
    '--json',
  );
  expect(cameraDocument.parse(added.json())).toMatchObject({
    hasCredentials: true,
    archiveUrl: 'http://127.0.0.1:9996/{id}',
  });
  const lines = `rtsp://user:${canary}@10.0.0.1/live\nhttp://user:${canary}@10.0.0.1/{startUnix}.flv\n`;
  const piped = await runCli(
    [
      'camera',
      'add',
      'cam-3',
      '--live-url-stdin',
      '--archive-url-stdin',
      '--archive-kind',
      'http',
      '--tags',
      'a,b',
      '--json',
      '--data',
      dir.path,
    ],
    { stdin: lines },
  );
  expect(piped.json()).toMatchObject({
    liveUrl: 'rtsp://10.0.0.1/live',
    archiveUrl: 'http://10.0.0.1/{startUnix}.flv',
    tags: ['a', 'b'],
  });
  const csv = join(dir.path, 'cameras.csv');
  await writeFile(
    csv,
    `id,region,station,time_zone,archive_kind,archive_url\n77-12,77,12,Europe/Moscow,http,http://u:${canary}@a.test/{id}\n`,
  );
  const imported = await cli('camera', 'import', csv, '--json');
  expect(cameraImportDocument.parse(imported.json())).toEqual({
    added: 1,
    changed: 0,
    unchanged: 0,
    errors: [],
  });
  const shown = [
    await cli('camera', 'list'),
    await cli('camera', 'list', '--json'),
    await cli('camera', 'show', 'cam-3'),
    await cli('camera', 'show', 'cam-2', '--json'),
    added,
    piped,
    imported,
  ];
  for (const { out, err } of shown) expect(out + err).not.toContain(canary);
});

test('cameras are listed by region, stations and tag', async () => {
  const ids = async (...flags: string[]) =>
    cameraList.parse((await cli('camera', 'list', '--json', ...flags)).json()).map((camera) => camera.id);
  expect(await ids()).toEqual(['77-12', 'cam-2', 'cam-3']);
  expect(await ids('--region', '77', '--stations', '9-12')).toEqual(['77-12']);
  expect(await ids('--region', '77', '--stations', '13')).toEqual([]);
  expect(await ids('--tag', 'b')).toEqual(['cam-3']);
});

test('targets are added with absolute paths, listed and removed', async () => {
  const local = await cli('target', 'add', 'here', '--kind', 'local', '--path', dir.path, '--json');
  expect(targetDocument.parse(local.json())).toMatchObject({
    name: 'here',
    spec: { kind: 'local', path: dir.path },
  });
  const remote = [
    '--kind',
    'rsync',
    '--host',
    'vault.test',
    '--user',
    'video',
    '--path',
    '/data',
    '--port',
    '2222',
  ];
  await cli('target', 'add', 'vault', ...remote);
  expect((await cli('target', 'list')).out).toContain('video@vault.test:2222:/data');
  expect(targetList.parse((await cli('target', 'list', '--json')).json())).toHaveLength(2);
  expect(targetRemoved.parse((await cli('target', 'rm', 'vault', '--json')).json())).toEqual({
    name: 'vault',
    removed: true,
  });
  expect((await cli('target', 'rm', 'vault')).code).toBe(2);
});

test('a plan is estimated, added, shown, listed and removed without Temporal', async () => {
  const flags = [
    '--date',
    '2026-09-13',
    '--window',
    '07:45-20:00',
    '--cameras',
    '77-12,cam-3',
    '--target',
    'here',
  ];
  const dry = planEstimate.parse((await cli('plan', 'add', ...flags, '--dry-run', '--json')).json());
  expect(dry).toMatchObject({ cameraDays: 2, segments: 98, fits: true });
  expect(dry.expectedBytes).toBe(2 * 44_100 * 250_000 * 2);
  expect(planList.parse((await cli('plan', 'list', '--json')).json())).toEqual([]);
  const { id } = planAdded.parse((await cli('plan', 'add', ...flags, '--json')).json());
  expect(id).toMatch(/^p-20260913-[a-z2-9]{4}$/);
  const plan = planDocument.parse((await cli('plan', 'show', id, '--json')).json());
  expect(plan).toMatchObject({
    state: 'pending',
    spec: { gapToleranceSeconds: 120, maxDownloadAttempts: 2, segmentSeconds: 900 },
  });
  expect(
    plan.cameraDays.map((day) => [day.camera, day.state, day.segments.length, day.segments[0]?.startAt]),
  ).toEqual([
    ['77-12', 'pending', 49, '2026-09-13T04:45:00Z'],
    ['cam-3', 'pending', 49, '2026-09-13T07:45:00Z'],
  ]);
  expect((await cli('plan', 'show', id, '--camera', 'cam-3')).out).toContain('2026-09-13T19:45:00Z');
  expect((await cli('plan', 'list')).out).toContain(id);
  expect(planRemoved.parse((await cli('plan', 'rm', id, '--json')).json())).toEqual({ id, removed: true });
  expect((await cli('plan', 'show', id)).code).toBe(2);
});

test('an added plan says how many cameras and jobs there are', async () => {
  const end = await cli(
    'plan',
    'add',
    '--date',
    '2026-09-13',
    '--window',
    '08:00-09:00',
    '--all',
    '--steps',
    'download',
  );
  expect(end.out).toMatch(/^3 cameras to process \(12 jobs\)\nPlan p-20260913-\w{4} added\./);
});

test('a camera is removed with its credentials', async () => {
  expect(cameraRemoved.parse((await cli('camera', 'rm', 'cam-2', '--json')).json())).toEqual({
    id: 'cam-2',
    removed: true,
  });
  expect((await cli('camera', 'rm', 'cam-2')).code).toBe(2);
});

test('the configuration is printed with where each value came from', async () => {
  const document = configDocument.parse((await cli('config', 'print', '--json')).json());
  expect(document.values).toContainEqual({ key: 'dataDir', value: dir.path, source: 'flag' });
  expect((await cli('config', 'print', '--redacted')).out).toContain('download.perHost');
});
