import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planDocument, type PlanDocument } from '../../src/contract/plan.ts';
import type { StackReady } from '../../src/contract/stack.ts';
import { runCli } from '../cli/run-cli.ts';
import { startArchive, type Archive } from '../fakes/archive.ts';
import { makeClip } from '../fakes/clips.ts';
import { eventually } from '../setup/eventually.ts';
import { giveOwnPorts } from '../setup/own-ports.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';
import { testServer } from '../setup/test-tools.ts';
import { dayOf } from './plan/plan-stack.ts';

const run = promisify(execFile);
const launcher = new URL('../../bin/longtake.js', import.meta.url).pathname;
const user = 'watcher';
const canary = 'CANARY-7f3a@:/%#ü';
/** MediaMTX takes no colon in a password that comes over RTSP. */
const rtspCanary = canary.replace(':', '');
/** Stands unchanged in the password itself and in every percent-encoded form of it. */
const core = 'CANARY-7f3a';

/** Base64 of anything that holds the core holds one of these, whatever stands before it. */
const base64Cores = [0, 1, 2].map((shift) => {
  const text = Buffer.concat([Buffer.alloc(shift), Buffer.from(core)]).toString('base64');
  return text.slice(shift === 0 ? 0 : 4, -4);
});
const forms = [core, ...base64Cores, Buffer.from(core).toString('hex')];
const hits = (bytes: Buffer | string): string[] => forms.filter((form) => bytes.includes(form));

let dir: TempDir;
let clips: TempDir;
let up: ChildProcess;
let ready: StackReady;
let archive: Archive;
let locked: Archive;
let publisher: ChildProcess;
let guard: Server;
let plan: PlanDocument;
let logged = '';
const printed: string[] = [];
const commandLines = new Set<string>();
let stopSampling = (): void => undefined;

/** The command line of Longtake; whatever it prints is kept. */
async function cli(args: readonly string[], stdin = ''): Promise<string> {
  const end = await runCli([...args, '--data', dir.path], { stdin });
  printed.push(end.out, end.err);
  return end.out;
}

async function startUp(): Promise<void> {
  const settings = { stallSeconds: 4, connectSeconds: 2, settleSeconds: 1, giveUpSeconds: 14 };
  const file = join(dir.path, 'longtake.yaml');
  await writeFile(file, JSON.stringify({ download: settings, log: { level: 'debug' } }));
  await giveOwnPorts(dir.path);
  const args = [launcher, 'up', '--json', '--data', dir.path, '--config', file];
  up = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  up.stderr!.on('data', (chunk: Buffer) => (logged += chunk.toString('utf8')));
  up.stdout!.on('data', (chunk: Buffer) => (logged += chunk.toString('utf8')));
  await eventually(() => logged.includes('"ready":true'), { seconds: 150 });
  ready = firstDocument();
}

const firstDocument = (): StackReady =>
  JSON.parse(logged.split('\n').find((line) => line.includes('"ready":true'))!) as StackReady;

/** MediaMTX asks this test who may enter: its own accounts take no such password. */
async function letWatcherIn(): Promise<void> {
  const text = await readFile(join(dir.path, 'mediamtx', 'users.json'), 'utf8');
  const accounts = JSON.parse(text) as Record<'publisher' | 'api', { password: string }>;
  const passOf = (name: 'publisher' | 'api') => accounts[name].password;
  guard = createServer((request, response) => {
    void request.toArray().then((chunks: Buffer[]) => {
      const asked = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { user: string; password: string };
      const isIn =
        asked.user === user
          ? [canary, rtspCanary].includes(asked.password)
          : asked.password === passes.get(asked.user);
      response.writeHead(isIn ? 200 : 401).end();
    });
  });
  const passes = new Map<string, string>((['publisher', 'api'] as const).map((name) => [name, passOf(name)]));
  await new Promise<void>((resolve) => guard.listen(0, '127.0.0.1', resolve));
  const authHTTPAddress = `http://127.0.0.1:${(guard.address() as AddressInfo).port}/`;
  const answer = await fetch(`${ready.mediamtx.apiUrl}/v3/config/global/patch`, {
    method: 'PATCH',
    headers: { authorization: `Basic ${Buffer.from(`api:${passOf('api')}`).toString('base64')}` },
    body: JSON.stringify({ authMethod: 'http', authHTTPAddress, authHTTPExclude: [] }),
  });
  expect(answer.status, await answer.text()).toBe(200);
  const source = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=s=160x120:r=25',
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-g',
    '25',
  ];
  const out = ready.mediamtx.rtspUrl.replace('rtsp://', `rtsp://publisher:${passOf('publisher')}@`);
  const args = [
    '-nostdin',
    '-v',
    'error',
    '-re',
    ...source,
    '-f',
    'rtsp',
    '-rtsp_transport',
    'tcp',
    `${out}/hall`,
  ];
  publisher = spawn('ffmpeg', args, { stdio: 'ignore' });
}

function sampleCommandLines(): () => void {
  const timer = setInterval(() => {
    void (async () => {
      for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)))
        for (const file of ['cmdline', 'environ'])
          commandLines.add(await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => ''));
    })();
  }, 100);
  return () => clearInterval(timer);
}

const withCanary = (url: string, name = user): string =>
  url.replace('://', `://${name}:${encodeURIComponent(url.startsWith('rtsp') ? rtspCanary : canary)}@`);

/** Archive address and kind of each camera, success and every way to fail. */
function cameras(): Record<string, [kind: string, url: string]> {
  const { rtspUrl, playbackUrl } = ready.mediamtx;
  const nobody = '127.0.0.1:9';
  return {
    'http-ok': ['http', withCanary(`${archive.url}/{id}`)],
    'http-wrong': ['http', withCanary(`${locked.url}/{id}`)],
    'http-gone': ['http', withCanary(`${archive.url}/{id}`)],
    'http-html': ['http', withCanary(`${archive.url}/{id}`)],
    'http-reset': ['http', withCanary(`${archive.url}/{id}`)],
    'http-hang': ['http', withCanary(`${archive.url}/{id}`)],
    'http-away': ['http', withCanary(`${archive.url}/{id}`)],
    'http-error': ['http', withCanary(`${archive.url}/{id}`)],
    'http-nobody': ['http', withCanary(`http://${nobody}/{id}`)],
    'http-no-id': ['http', withCanary(`${archive.url}/{externalId}`)],
    'rtsp-ok': ['rtsp', withCanary(`${rtspUrl}/hall`)],
    'rtsp-wrong': ['rtsp', withCanary(`${rtspUrl}/hall`, 'reader')],
    'rtsp-gone': ['rtsp', withCanary(`${rtspUrl}/nowhere`)],
    'rtsp-nobody': ['rtsp', withCanary(`rtsp://${nobody}/hall`)],
    'mtx-ok': ['mediamtx', withCanary(`${playbackUrl}/hall`)],
    'mtx-wrong': ['mediamtx', withCanary(`${playbackUrl}/hall`, 'reader')],
    'mtx-nobody': ['mediamtx', withCanary(`http://${nobody}/hall`)],
  };
}

async function runPlan(): Promise<PlanDocument> {
  for (const [id, [kind, url]] of Object.entries(cameras())) {
    const flags = ['--archive-kind', kind, '--archive-url-stdin', '--live-url-stdin', '--external-id', 'x'];
    const own = id === 'http-no-id' ? flags.slice(0, -2) : flags;
    await cli(['camera', 'add', id, ...own], `${withCanary('rtsp://10.0.0.1/live')}\n${url}\n`);
  }
  const startMs = Math.ceil(Date.now() / 1000) * 1000;
  const clock = (ms: number) => new Date(ms).toISOString().slice(11, 19);
  const window = `${clock(startMs)}-${clock(startMs + 4000)}`;
  const when = ['--date', new Date(startMs).toISOString().slice(0, 10), '--window', window];
  const how = ['--segment-seconds', '4', '--steps', 'download,merge', '--max-download-attempts', '1'];
  const added = await cli(['plan', 'add', ...when, '--all', ...how, '--json']);
  const { id } = JSON.parse(added) as { id: string };
  await cli(['plan', 'run', id, '--wait', '--json']);
  return planDocument.parse(JSON.parse(await cli(['plan', 'show', id, '--json'])));
}

beforeAll(async () => {
  [dir, clips, archive, locked] = await Promise.all([tempDir(), tempDir(), startArchive(), startArchive()]);
  const clip = await makeClip({ dir: clips.path, container: 'flv', seconds: 4 });
  for (const id of Object.keys({ 'http-ok': 0, 'http-reset': 0, 'http-html': 0 }))
    archive.serve(`/${id}`, clip);
  archive.protect({ scheme: 'basic', user, password: canary });
  locked.protect({ scheme: 'basic', user, password: 'another' });
  archive.always('/http-html', { do: 'html' });
  archive.always('/http-reset', { do: 'resetAfter', bytes: 2000 });
  archive.always('/http-hang', { do: 'hang' });
  archive.always('/http-error', { do: 'status', status: 500, body: 'no' });
  archive.always('/http-away', { do: 'redirect', location: 'http://203.0.113.9/elsewhere' });
  await startUp();
  await letWatcherIn();
  stopSampling = sampleCommandLines();
  plan = await runPlan();
  for (const args of [
    ['camera', 'list'],
    ['camera', 'show', 'http-ok'],
    ['plan', 'list'],
    ['plan', 'show', plan.id],
  ])
    await cli(args);
  await cli(['camera', 'list', '--json']);
  await cli(['config', 'print', '--redacted']);
  await cli(['doctor', '--json']);
});

afterAll(async () => {
  stopSampling();
  publisher?.kill('SIGTERM');
  guard?.close();
  if (up?.exitCode === null) {
    up.kill('SIGTERM');
    await once(up, 'exit');
  }
  await Promise.all([archive.close(), locked.close(), clips.remove()]);
  await dir.remove();
});

test('the password was used, and refused, in every way', () => {
  const states = Object.fromEntries(plan.cameraDays.map((day) => [day.camera, day.state]));
  for (const id of ['http-ok', 'rtsp-ok', 'mtx-ok'])
    expect([id, dayOf(plan, id).merged.length, dayOf(plan, id).reason]).toEqual([id, 1, undefined]);
  for (const id of ['http-wrong', 'rtsp-wrong', 'mtx-wrong', 'http-away', 'http-no-id'])
    expect([id, states[id], dayOf(plan, id).reason]).toEqual([id, 'failed', expect.any(String)]);
  for (const id of ['http-nobody', 'rtsp-nobody', 'mtx-nobody', 'http-hang', 'http-error'])
    expect([id, states[id], dayOf(plan, id).reason]).toEqual([id, 'refused', expect.any(String)]);
  expect(archive.requests.some(({ headers }) => hits(headers.authorization ?? '').length > 0)).toBe(true);
});

describe('the password stands nowhere:', () => {
  test('not in any file: Temporal’s database, catalog, logs, sidecars, media', async () => {
    const entries = await readdir(dir.path, { recursive: true, withFileTypes: true });
    const found: string[] = [];
    let readBytes = 0;
    let namesSeen = false;
    for (const entry of entries.filter((one) => one.isFile())) {
      const path = join(entry.parentPath, entry.name);
      const bytes = await readFile(path).catch(() => Buffer.alloc(0));
      readBytes += bytes.length;
      // The search would see the password where it sees other things that were sent.
      namesSeen ||= /temporal.*\.(db|sqlite)/.test(path) && bytes.includes('http-wrong');
      if (hits(bytes).length > 0) found.push(path);
    }
    expect(found).toEqual([]);
    expect(readBytes).toBeGreaterThan(100_000);
    expect(namesSeen).toBe(true);
  });

  test('not in any history, nor in what the Web UI is told', async () => {
    const binary = await testServer('temporal');
    const at = ['--address', ready.temporalAddress, '-o', 'json'];
    const list = await run(binary, ['workflow', 'list', ...at], { maxBuffer: 1 << 28 });
    const ids = (JSON.parse(list.stdout) as { execution: { workflowId: string } }[]).map(
      (one) => one.execution.workflowId,
    );
    expect(ids.length).toBe(Object.keys(cameras()).length + 1);
    const api = `${ready.uiUrl}/api/v1/namespaces/default/workflows`;
    expect(hits(await (await fetch(api)).text())).toEqual([]);
    for (const workflowId of ids) {
      const shown = await run(binary, ['workflow', 'show', '-w', workflowId, ...at], { maxBuffer: 1 << 28 });
      expect(shown.stdout).toContain('events');
      expect(hits(shown.stdout + list.stdout)).toEqual([]);
      for (const path of ['', '/history']) {
        const answer = await fetch(`${api}/${encodeURIComponent(workflowId)}${path}`);
        expect(answer.status).toBe(200);
        const text = await answer.text();
        const payloads = Array.from(text.matchAll(/"data":"([^"]+)"/g), ([, data]) =>
          Buffer.from(data!, 'base64'),
        );
        expect([text, ...payloads].flatMap(hits)).toEqual([]);
      }
    }
  });

  test('not in what commands printed or the stack logged', () => {
    expect(printed.join('').length).toBeGreaterThan(1000);
    expect(hits(printed.join('\n') + logged)).toEqual([]);
  });

  test('not in the arguments or the environment of any process of the machine', () => {
    const lines = [...commandLines];
    expect(lines.some((line) => line.includes('ffmpeg'))).toBe(true);
    expect(lines.filter((line) => hits(line).length > 0)).toEqual([]);
  });
});
