import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addTarget } from '../../src/client/target.ts';
import { failures } from '../../src/contract/failures.ts';
import { makeClip } from '../fakes/clips.ts';
import { eventually } from '../setup/eventually.ts';
import { startSshd, tempDir, type TempDir, type TestSshd } from '../setup/servers.ts';
import { proveCoverage } from './plan/coverage-proof.ts';
import { dayOf, startPlanStack, unixAt, type PlanStack } from './plan/plan-stack.ts';

const window = '10:00:00-10:00:08';
const starts = [unixAt('10:00:00'), unixAt('10:00:04')];
let dir: TempDir;
let disk: string;
let stack: PlanStack;
let sshd: TestSshd;

const mount = (path: string, size: string) =>
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]);
const resize = (path: string, size: string) => execFileSync('mount', ['-o', `remount,size=${size}`, path]);

/** Leaves so many bytes free; remove the file to free the rest. */
async function fill(path: string, leaveBytes: number): Promise<string> {
  const { bavail, bsize } = await statfs(path);
  const ballast = join(path, 'ballast');
  await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - leaveBytes)));
  return ballast;
}

async function camera(id: string, more: object): Promise<void> {
  await stack.addCamera({ id, archiveKind: 'http', archiveUrl: `${stack.archive.url}/{startUnix}`, ...more });
}

/** Waits until an activity of the camera-day has failed for want of space, then answers. */
async function heldUp(planId: string, camera: string, activity: string): Promise<void> {
  const day = stack.client.workflow.getHandle(`plan/${planId}/camera/${camera}-2026-01-05`);
  await eventually(async () => {
    const pending = (await day.describe()).raw.pendingActivities ?? [];
    return pending.some(
      ({ activityType, lastFailure }) =>
        activityType?.name === activity && lastFailure?.applicationFailureInfo?.type === 'DiskFull',
    );
  });
}

const filesIn = async (path: string) =>
  (await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile() && entry.name !== 'ballast')
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));

describe.skipIf(process.getuid?.() !== 0)('a disk that is full (needs root, to mount one)', () => {
  const waitedSeconds = failures.DiskFull.retryAfterSeconds ?? 0;

  beforeAll(async () => {
    // The worker runs in this process: what the table says there is what it waits.
    failures.DiskFull.retryAfterSeconds = 2;
    dir = await tempDir();
    disk = join(dir.path, 'disk');
    await mkdir(disk);
    mount(disk, '40m');
    [stack, sshd] = await Promise.all([
      startPlanStack({ settings: { mediaRoot: join(disk, 'media') } }),
      startSshd(),
    ]);
    const noise = {
      container: 'flv',
      seconds: 4,
      size: '160x120',
      videoFilter: 'noise=alls=60:allf=t',
    } as const;
    for (const startUnix of starts)
      stack.archive.serve(`/${startUnix}`, await makeClip({ dir: dir.path, name: `${startUnix}`, ...noise }));
    for (const id of ['download', 'merge', 'local', 'remote']) await camera(id, {});
    await camera('file', { archiveKind: 'file', archiveUrl: `file://${dir.path}/{startUnix}.flv` });
  });
  afterAll(async () => {
    failures.DiskFull.retryAfterSeconds = waitedSeconds;
    await stack[Symbol.asyncDispose]();
    await sshd.stop();
    execFileSync('umount', [disk]);
    await dir.remove();
  });

  test('in a download is waited out, and no attempt is counted', async () => {
    const cameras = { ids: ['download', 'file'] };
    const id = await stack.add({ window, cameras });
    const ballast = await fill(disk, 300_000);
    await stack.start(id);
    await Promise.all(cameras.ids.map((one) => heldUp(id, one, 'downloadSegment')));
    expect((await filesIn(stack.media('downloaded'))).filter((path) => path.endsWith('.flv'))).toEqual([]);
    await rm(ballast);
    const plan = await stack.end(id);
    for (const one of cameras.ids) {
      const day = dayOf(plan, one);
      expect(day).toMatchObject({ state: 'complete', missingSeconds: 0 });
      expect(day.segments.map(({ attempts }) => attempts)).toEqual([1, 1]);
      await proveCoverage(stack, day);
    }
  });

  test('in a merge is waited out, and goes on when the file system has grown', async () => {
    const first = await stack.run({ window, cameras: { ids: ['merge'] }, steps: ['download'] });
    expect(dayOf(first, 'merge')).toMatchObject({ state: 'complete' });
    const id = await stack.add({ window, cameras: { ids: ['merge'] } });
    await fill(disk, 300_000);
    await stack.start(id);
    await heldUp(id, 'merge', 'mergeDay');
    expect(await filesIn(stack.media('merged/merge'))).toEqual([]);
    resize(disk, '80m');
    const day = dayOf(await stack.end(id), 'merge');
    expect(day).toMatchObject({ state: 'complete', missingSeconds: 0 });
    await proveCoverage(stack, day);
    await rm(join(disk, 'ballast'));
  });

  test.each(['local', 'remote'])(
    'at a %s export target is waited out, and nothing half-written is seen there',
    async (id) => {
      const path = join(dir.path, id);
      await mkdir(path);
      mount(path, '20m');
      try {
        const { host, port, user, identityFile: identity, knownHostsFile: knownHosts } = sshd;
        const remote = { kind: 'rsync', host, port, user, path, identity, knownHosts };
        await addTarget(stack.catalog, { name: id, spec: id === 'local' ? { kind: 'local', path } : remote });
        const ballast = await fill(path, 200_000);
        const steps: ('download' | 'merge' | 'export')[] = ['download', 'merge', 'export'];
        const planId = await stack.add({ window, cameras: { ids: [id] }, steps, target: id });
        await stack.start(planId);
        await heldUp(planId, id, 'exportDay');
        const visible = (await filesIn(path)).filter(
          (name) => !name.split('/').some((part) => part.startsWith('.')),
        );
        expect(visible.filter((name) => name.endsWith('.mp4'))).toEqual([]);
        await rm(ballast);
        const day = dayOf(await stack.end(planId), id);
        expect(day).toMatchObject({ state: 'complete' });
        const delivered = await filesIn(path);
        expect(delivered.sort()).toEqual(
          [...day.merged, day.coverage!].map((name) => name.replace('merged/', '')).sort(),
        );
      } finally {
        execFileSync('umount', [path]);
      }
    },
  );
});
