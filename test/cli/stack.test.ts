import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectCatalog } from '../../src/catalog/connect.ts';
import { planAsked } from '../../src/contract/command.ts';
import { doctorReport } from '../../src/contract/doctor.ts';
import { temporalCommandOf } from '../../src/contract/message-docs.ts';
import { planMessageDocs } from '../../src/contract/plan-message-docs.ts';
import { planDocument } from '../../src/contract/plan.ts';
import { stackDocument, stackReady, type StackReady } from '../../src/contract/stack.ts';
import type { GateAccounts } from '../../src/gate/accounts.ts';
import { eventually } from '../setup/eventually.ts';
import { giveOwnPorts } from '../setup/own-ports.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';
import { testServer } from '../setup/test-tools.ts';
import { cliIn } from './run-cli.ts';

const run = promisify(execFile);
const launcher = new URL('../../bin/longtake.js', import.meta.url).pathname;

let dir: TempDir;
let cli: ReturnType<typeof cliIn>;
let up: ChildProcess;
let ready: StackReady;
let planId: string;

beforeAll(async () => {
  dir = await tempDir();
  await giveOwnPorts(dir.path);
  cli = cliIn(dir.path);
  ({ up, ready } = await startUp(dir.path));
  // Nobody listens there, so the plan stays under way until it is told otherwise.
  await cli(
    'camera',
    'add',
    'cam-1',
    '--archive-kind',
    'http',
    '--archive-url',
    'http://127.0.0.1:9/{startUnix}',
  );
  const flags = ['--date', '2026-09-13', '--window', '08:00-08:30', '--all', '--steps', 'download'];
  planId = ((await cli('plan', 'add', ...flags, '--json')).json() as { id: string }).id;
});

afterAll(async () => {
  if (up.exitCode === null && up.signalCode === null) up.kill('SIGKILL');
  await eventually(async () => (await processesOf(dir.path)).length === 0, { what: 'the end of the stack' });
  await dir.remove();
});

describe('a running stack', () => {
  test('prints one line when it is ready, and stands in stack.json', async () => {
    expect(ready.dataDir).toBe(dir.path);
    const document = stackDocument.parse(JSON.parse(await readFile(join(dir.path, 'stack.json'), 'utf8')));
    expect(document).toMatchObject({ temporalAddress: ready.temporalAddress, uiUrl: ready.uiUrl });
  });

  test('has its MediaMTX in the catalog as a server for relays, with the key of its gate', async () => {
    const users = JSON.parse(await readFile(ready.mediamtx.accountsFile, 'utf8')) as GateAccounts;
    const files = { file: join(dir.path, 'catalog.sqlite'), keyFile: join(dir.path, 'credentials.key') };
    const catalog = await connectCatalog({ kind: 'sqlite', ...files });
    try {
      const { rtspUrl, apiUrl } = ready.mediamtx;
      expect(await catalog.relayServers.get('local')).toMatchObject({
        state: 'up',
        spec: { rtspUrl, apiUrl, weight: 1, returns: 'auto' },
      });
      expect(await catalog.relayServers.secretsOf('local')).toEqual({
        api: users.api,
        gateKey: users.gateKey,
      });
    } finally {
      await catalog.close();
    }
  });

  test('is found healthy by the doctor', async () => {
    const end = await cli('doctor', '--json');
    const report = doctorReport.parse(end.json());
    expect(report.checks.filter((check) => check.result === 'fail')).toEqual([]);
    expect(report.checks.find((check) => check.name === 'workers')).toMatchObject({ result: 'pass' });
    expect(end.code).toBe(0);
  });

  test('refuses a second stack on its data directory, and names the one that runs', async () => {
    const end = await cli('up', '--json');
    expect(end.code).toBe(2);
    expect(end.error().message).toContain(`process ${up.pid} already runs`);
  });

  test('runs a plan that can be paused, resumed and watched, and not be removed', async () => {
    const started = await cli('plan', 'run', planId, '--json');
    expect(planAsked.parse(started.json())).toEqual({
      id: planId,
      asked: 'run',
      workflowId: `plan/${planId}`,
    });
    await eventually(async () => (await stateOf('cam-1')) === 'running', { what: 'a running camera-day' });
    expect((await cli('plan', 'run', planId, '--json')).code).toBe(0);
    expect(planAsked.parse((await cli('plan', 'pause', planId, '--json')).json()).asked).toBe('pause');
    expect(planAsked.parse((await cli('plan', 'resume', planId, '--json')).json()).asked).toBe('resume');
    const removal = await cli('plan', 'rm', planId, '--json');
    expect(removal.code).toBe(2);
    expect(removal.error().remedy).toContain('plan cancel');
  });

  test('takes every message of the reference from the temporal CLI as it stands there', async () => {
    const temporal = await testServer('temporal');
    for (const message of planMessageDocs.filter(({ name }) => name !== 'cancel')) {
      const workflowId =
        message.workflow === 'plan' ? `plan/${planId}` : `plan/${planId}/camera/cam-1-2026-09-13`;
      const line = temporalCommandOf(message, workflowId).replace(/^temporal/, temporal);
      await run('sh', ['-c', `${line} --address ${ready.temporalAddress}`]);
    }
  });

  test('starts a killed worker and a killed Temporal server again, at the same address', async () => {
    for (const words of ['worker --json', 'server start-dev']) {
      const before = (await eventually(async () => (await processesOf(words, dir.path))[0]))!;
      process.kill(before.pid, 'SIGKILL');
      await eventually(
        async () => {
          const [now] = await processesOf(words, dir.path);
          return now !== undefined && now.pid !== before.pid;
        },
        { what: `another ${words}` },
      );
    }
    await eventually(
      async () => {
        const { checks } = doctorReport.parse((await cli('doctor', '--json')).json());
        return checks.find((check) => check.name === 'workers')?.result === 'pass';
      },
      { seconds: 60, what: 'served queues' },
    );
  });

  test('ends a cancelled plan; who waits for it gets the document and exit code 1', async () => {
    const waiting = cli('plan', 'run', planId, '--wait', '--json');
    expect((await cli('plan', 'cancel', planId)).code).toBe(0);
    const end = await waiting;
    expect(planDocument.parse(end.json())).toMatchObject({
      state: 'cancelled',
      cameraDays: [{ state: 'cancelled' }],
    });
    expect(end.code).toBe(1);
    expect(end.err).toContain(planId);
  });

  test('shows plans when it is down, and leaves no process behind a clean stop', async () => {
    up.kill('SIGTERM');
    const [code] = (await once(up, 'close')) as [number | null];
    expect(code).toBe(0);
    expect(await processesOf(dir.path)).toEqual([]);
    expect((await cli('plan', 'show', planId, '--json')).code).toBe(0);
    expect((await cli('plan', 'cancel', planId, '--json')).code).toBe(3);
  });

  test('comes back at the same addresses, and dies whole when it is killed', async () => {
    const again = await startUp(dir.path);
    up = again.up;
    expect(again.ready).toEqual(ready);
    up.kill('SIGKILL');
    await eventually(async () => (await processesOf(dir.path)).length === 0, {
      seconds: 20,
      what: 'the end of every part',
    });
  });
});

async function startUp(dataDir: string): Promise<{ up: ChildProcess; ready: StackReady }> {
  const child = spawn(process.execPath, [launcher, 'up', '--json', '--data', dataDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', resolve);
    child.once('close', () => reject(new Error(err)));
  });
  return { up: child, ready: stackReady.parse(JSON.parse(line)) };
}

const stateOf = async (camera: string): Promise<string | undefined> => {
  const document = planDocument.parse((await cli('plan', 'show', planId, '--json')).json());
  return document.cameraDays.find((day) => day.camera === camera)?.state;
};

/** Processes whose arguments hold all of `words`: the program itself, without the wrappers around it. */
async function processesOf(...words: string[]): Promise<{ pid: number; args: string }[]> {
  const { stdout } = await run('ps', ['-eo', 'pid=,args=']);
  return stdout
    .split('\n')
    .map((line) => ({ pid: Number.parseInt(line, 10), args: line.trim().replace(/^\d+ /, '') }))
    .filter(
      ({ args }) =>
        words.every((word) => args.includes(word)) && !/^(\S*\/)?(setpriv|unshare|tini|ps) /.test(args),
    );
}
