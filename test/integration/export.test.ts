import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addTarget } from '../../src/client/target.ts';
import { freePort } from '../../src/embedded/free-ports.ts';
import { makeClip } from '../fakes/clips.ts';
import { eventually } from '../setup/eventually.ts';
import { startSshd, tempDir, type TempDir, type TestSshd } from '../setup/servers.ts';
import { dayOf, startPlanStack, unixAt, type PlanStack } from './plan/plan-stack.ts';
import { startTcpProxy } from './plan/tcp-proxy.ts';

const startUnix = unixAt('10:00:00');
let stack: PlanStack;
let dir: TempDir;
let sshd: TestSshd;
let hostKey: string;

beforeAll(async () => {
  [stack, dir, sshd] = await Promise.all([startPlanStack(), tempDir(), startSshd()]);
  hostKey = sshd.knownHostsLine.split(' ').slice(1).join(' ');
  // Noise does not compress: a few megabytes, so that a transfer has a middle.
  const clip = await makeClip({
    dir: dir.path,
    container: 'flv',
    seconds: 4,
    size: '320x240',
    videoFilter: 'noise=alls=80:allf=t',
  });
  for (const id of ['changed', 'refused', 'dropped', 'killed']) {
    stack.archive.serve(`/${id}/${startUnix}`, clip);
    const archiveUrl = `${stack.archive.url}/{id}/{startUnix}`;
    await stack.addCamera({ id, archiveKind: 'http', archiveUrl });
  }
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await sshd.stop();
  await dir.remove();
});

interface Place {
  name: string;
  port: number;
  /** `type key` of the host as it is pinned. */
  key?: string;
}

const placeOf = (name: string) => join(dir.path, 'out', name);

async function target({ name, port, key = hostKey }: Place): Promise<void> {
  await mkdir(placeOf(name), { recursive: true });
  const knownHosts = join(dir.path, `${name}.known-hosts`);
  await writeFile(knownHosts, `[127.0.0.1]:${port} ${key}\n`);
  const { host, user, identityFile: identity } = sshd;
  const spec = { kind: 'rsync', host, port, user, path: placeOf(name), identity, knownHosts };
  await addTarget(stack.catalog, { name, spec });
}

const request = (name: string) => ({
  window: '10:00:00-10:00:04',
  cameras: { ids: [name] },
  steps: ['download', 'merge', 'export'] as ('download' | 'merge' | 'export')[],
  target: name,
});

const filesIn = async (path: string) =>
  (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Watches a place until stopped: every size that a file had under a final name. */
function watch(name: string): { stop: () => Promise<Map<string, Set<number>>>; sawPartial: () => boolean } {
  const seen = new Map<string, Set<number>>();
  let stopped = false;
  let partial = false;
  const loop = (async () => {
    while (!stopped) {
      for (const path of await filesIn(placeOf(name)).catch(() => [])) {
        const last = path.split('/').at(-1)!;
        partial ||= path.includes('.rsync-partial') || last.startsWith('.');
        if (path.includes('.rsync-partial') || last.startsWith('.')) continue;
        const size = (await stat(path).catch(() => undefined))?.size;
        if (size !== undefined) seen.set(path, (seen.get(path) ?? new Set()).add(size));
      }
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  })();
  return {
    sawPartial: () => partial,
    stop: async () => {
      stopped = true;
      await loop;
      return seen;
    },
  };
}

/** Both files arrived, byte for byte, at the addresses the plan names, and nothing else stands there. */
async function expectDelivered(plan: Awaited<ReturnType<PlanStack['run']>>, name: string): Promise<number> {
  const day = dayOf(plan, name);
  expect(day).toMatchObject({ state: 'complete' });
  const sent = [...day.merged, day.coverage!];
  expect(day.exported).toHaveLength(sent.length);
  // A receiver that was killed outright cannot remove its hidden temporary.
  const delivered = (await filesIn(placeOf(name))).filter((path) => !path.split('/').at(-1)!.startsWith('.'));
  expect(delivered.sort()).toEqual(
    sent.map((path) => join(placeOf(name), path.replace(/^merged\//, ''))).sort(),
  );
  for (const path of sent)
    expect(await readFile(join(placeOf(name), path.replace(/^merged\//, '')))).toEqual(
      await readFile(stack.media(path)),
    );
  return (await stat(stack.media(day.merged[0]!))).size;
}

test.concurrent('a changed host key ends the camera-day with the reason, and nothing is sent', async () => {
  const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGa0kPh8Jv7nVw1x1D0yqfQkPZL9b1H4d0y0m1m8n5aa';
  await target({ name: 'changed', port: sshd.port, key: other });
  const plan = await stack.run(request('changed'));
  expect(plan.state).toBe('failed');
  expect(dayOf(plan, 'changed')).toMatchObject({
    state: 'failed',
    exported: [],
    merged: [expect.any(String)],
  });
  expect(dayOf(plan, 'changed').reason).toMatch(/host key/i);
  expect(await filesIn(placeOf('changed'))).toEqual([]);
});

test.concurrent('an export to a host that refuses waits for it', async () => {
  const port = await freePort('127.0.0.1');
  await target({ name: 'refused', port });
  const id = await stack.add(request('refused'));
  await stack.start(id);
  const day = stack.client.workflow.getHandle(`plan/${id}/camera/refused-2026-01-05`);
  await eventually(async () => {
    const [pending] = (await day.describe()).raw.pendingActivities ?? [];
    return pending?.activityType?.name === 'exportDay' && (pending.attempt ?? 0) >= 2;
  });
  const proxy = await startTcpProxy({ toPort: sshd.port, port });
  await expectDelivered(await stack.end(id), 'refused');
  await proxy.close();
});

test.concurrent('an export that is cut off in the middle of a file goes on there', async () => {
  const proxy = await startTcpProxy({ toPort: sshd.port, bytesPerSecond: 1_500_000 });
  await target({ name: 'dropped', port: proxy.port });
  const watched = watch('dropped');
  const id = await stack.add(request('dropped'));
  await stack.start(id);
  await eventually(() => (proxy.sentBytes[0] ?? 0) > 1_200_000);
  proxy.cut();
  const plan = await stack.end(id);
  const seen = await watched.stop();
  const sizeBytes = await expectDelivered(plan, 'dropped');
  expect(sizeBytes).toBeGreaterThan(2_000_000);
  expect(watched.sawPartial()).toBe(true);
  for (const sizes of seen.values()) expect(sizes.size).toBe(1);
  const resumed = proxy.sentBytes[1] ?? Infinity;
  expect(resumed).toBeLessThan(sizeBytes - 600_000);
  await proxy.close();
});

test.concurrent('an export whose server is killed in the middle of a file goes on', async () => {
  const proxy = await startTcpProxy({ toPort: sshd.port, bytesPerSecond: 1_500_000 });
  await target({ name: 'killed', port: proxy.port });
  const watched = watch('killed');
  const id = await stack.add(request('killed'));
  await stack.start(id);
  await eventually(() => (proxy.sentBytes[0] ?? 0) > 800_000);
  const servers = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('rsync --server') && line.includes(placeOf('killed')))
    .map((line) => Number.parseInt(line, 10));
  expect(servers.length).toBeGreaterThan(0);
  for (const pid of servers) process.kill(pid, 'SIGKILL');
  await expectDelivered(await stack.end(id), 'killed');
  for (const sizes of (await watched.stop()).values()) expect(sizes.size).toBe(1);
  await proxy.close();
});
