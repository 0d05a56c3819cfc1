import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporalCommandOf } from '../../../src/contract/message-docs.ts';
import { planMessageDocs } from '../../../src/contract/plan-message-docs.ts';
import { planDocument } from '../../../src/contract/plan.ts';
import { cliIn } from '../../cli/run-cli.ts';
import { makeClip } from '../../fakes/clips.ts';
import { eventually } from '../../setup/eventually.ts';
import { tempDir, type TempDir } from '../../setup/temp-dir.ts';
import { testServer } from '../../setup/test-tools.ts';
import { dayOf, startPlanStack, unixAt, type PlanStack } from './plan-stack.ts';

const run = promisify(execFile);
const startUnix = unixAt('10:00:00');
const window = '10:00:00-10:00:04';
let stack: PlanStack;
let dir: TempDir;
let whole: string;
let holed: string;
let cli: ReturnType<typeof cliIn>;

beforeAll(async () => {
  [stack, dir] = await Promise.all([
    startPlanStack({ settings: { download: { segmentsInFlight: 1 } } }),
    tempDir(),
  ]);
  cli = cliIn(stack.dir);
  const shared = { dir: dir.path, container: 'flv', seconds: 4 } as const;
  [whole, holed] = await Promise.all([
    makeClip(shared),
    makeClip({ ...shared, holes: [{ startSeconds: 1, lengthSeconds: 2 }] }),
  ]);
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await dir.remove();
});

async function camera(id: string, clip?: string): Promise<void> {
  if (clip) stack.archive.serve(`/${id}/${startUnix}`, clip);
  const archiveUrl = `${stack.archive.url}/{id}/{startUnix}`;
  await stack.addCamera({ id, archiveKind: 'http', archiveUrl });
}

/** The documented line for a message, typed into a shell with the real binary on PATH. */
async function temporal(name: string, planId: string, change?: object): Promise<string> {
  const doc = planMessageDocs.find((one) => one.workflow === 'plan' && one.name === name)!;
  const line = temporalCommandOf(change ? { ...doc, input: change } : doc, `plan/${planId}`);
  const binary = await testServer('temporal');
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir.path,
    TEMPORAL_ADDRESS: stack.address,
    TEMPORAL_NAMESPACE: stack.namespace,
  };
  const { stdout } = await run('sh', ['-c', line.replace(/^temporal /, `'${binary}' `)], { env });
  return stdout;
}

test('an operator raises the tolerance, repeats a camera and cancels with the documented lines of the temporal CLI', async () => {
  await Promise.all([camera('refused', holed), camera('stuck', whole)]);
  stack.archive.always(`/stuck/${startUnix}`, { do: 'drip', bytesPerSecond: 4000 });
  const cameras = { ids: ['refused', 'stuck'] };
  const id = await stack.add({ window, cameras, maxDownloadAttempts: 1, gapToleranceSeconds: 0 });
  await stack.start(id);
  const stateIs = (state: string) =>
    eventually(async () => dayOf(await stack.show(id), 'refused').state === state, { what: state });
  await stateIs('refused');
  expect(await temporal('progress', id)).toContain('refused');
  expect(await temporal('camera', id, { camera: 'stuck' })).toContain(`plan/${id}/camera/stuck-2026-01-05`);
  await expect(temporal('setTolerance', id, { gapToleranceSeconds: -1 })).rejects.toThrow(
    /whole number of seconds/,
  );
  expect(await temporal('setTolerance', id, { gapToleranceSeconds: 300 })).toContain('300');
  expect(await temporal('retryCamera', id, { camera: 'refused' })).toContain('cameraDays');
  await stateIs('incomplete');
  expect(dayOf(await stack.show(id), 'refused')).toMatchObject({
    merged: [expect.any(String)],
    missingSeconds: 2,
  });
  await temporal('cancel', id);
  const end = await stack.end(id);
  expect(end.state).toBe('cancelled');
  expect(dayOf(end, 'stuck')).toMatchObject({ state: 'cancelled', merged: [] });
});

test('a paused plan begins nothing until it is resumed', async () => {
  await camera('paused', whole);
  stack.archive.serve(`/paused/${startUnix + 4}`, whole);
  stack.archive.script(`/paused/${startUnix}`, { do: 'drip', bytesPerSecond: 40_000 });
  const asked = () => stack.archive.requests.filter(({ url }) => url.startsWith('/paused/')).length;
  const id = await stack.add({ window: '10:00:00-10:00:08', cameras: { ids: ['paused'] } });
  await stack.start(id);
  await eventually(() => asked() === 1);
  await temporal('pause', id);
  const day = stack.client.workflow.getHandle(`plan/${id}/camera/paused-2026-01-05`);
  await eventually(
    async () => (await day.query<{ segments: { done: number } }>('progress')).segments.done === 1,
  );
  expect((await day.describe()).raw.pendingActivities ?? []).toEqual([]);
  expect(asked()).toBe(1);
  await temporal('resume', id);
  expect((await stack.end(id)).state).toBe('complete');
  expect(asked()).toBe(2);
});

test('a plan is run, shown, restarted and removed by the command line', async () => {
  await camera('later');
  const flags = [
    '--date',
    '2026-01-05',
    '--window',
    window,
    '--cameras',
    'later',
    '--steps',
    'download,merge',
  ];
  const more = ['--segment-seconds', '4', '--max-download-attempts', '1', '--gap-tolerance-seconds', '0'];
  const added = await cli('plan', 'add', ...flags, ...more, '--tolerance-window', window, '--json');
  const { id } = added.json() as { id: string };
  const first = await cli('plan', 'run', id, '--wait', '--json');
  expect(first.code).toBe(1);
  expect(dayOf(planDocument.parse(first.json()), 'later')).toMatchObject({
    state: 'refused',
    missingSeconds: 4,
  });
  stack.archive.serve(`/later/${startUnix}`, whole);
  const kept = await cli('plan', 'restart', id, '--wait', '--json');
  expect(dayOf(planDocument.parse(kept.json()), 'later')).toMatchObject({ state: 'refused' });
  const forced = await cli('plan', 'restart', id, '--force', '--wait', '--json');
  expect(forced.code).toBe(0);
  expect(dayOf(planDocument.parse(forced.json()), 'later')).toMatchObject({
    state: 'complete',
    missingSeconds: 0,
  });
  const closed = join(dir.path, 'closed.yaml');
  await writeFile(closed, 'temporal:\n  address: 127.0.0.1:9\n');
  const shown = await cli('plan', 'show', id, '--json', '--config', closed);
  expect(shown).toMatchObject({ code: 0, err: '' });
  expect(shown.json()).toEqual(forced.json());
  expect((await cli('plan', 'rm', id, '--json')).code).toBe(0);
  expect((await cli('plan', 'show', id, '--json')).code).toBe(2);
  expect((await cli('plan', 'list', '--json')).out).not.toContain(id);
});
