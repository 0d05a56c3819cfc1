import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanDocument } from '../../../src/contract/plan.ts';
import { ffprobeTimes, makeClip, type ClipContainer } from '../../fakes/clips.ts';
import { tempDir, type TempDir } from '../../setup/temp-dir.ts';
import { dayOf, startPlanStack, unixAt, type PlanStack } from './plan-stack.ts';

const run = promisify(execFile);
const containers: ClipContainer[] = ['flv', 'mp4', 'fmp4', 'mpegts', 'matroska'];
const segmentStarts = [unixAt('10:00:00'), unixAt('10:00:04')];
const files = ['file-allowed', 'file-missing', 'file-outside', 'file-linked-out'];

let stack: PlanStack;
let dir: TempDir;
let plan: PlanDocument;

/** Two halves of one continuous picture, each as its own file, pts from 0. */
async function serveHalves(container: ClipContainer): Promise<void> {
  for (const [index, startUnix] of segmentStarts.entries()) {
    const pattern = index === 0 ? 'testsrc2' : 'testsrc';
    const clip = await makeClip({ dir: dir.path, container, seconds: 4, pattern, bFrames: 2 });
    stack.archive.serve(`/${container}/${startUnix}`, clip);
  }
  const archiveUrl = `${stack.archive.url}/{id}/{startUnix}`;
  await stack.addCamera({ id: container, archiveKind: 'http', archiveUrl });
}

async function placeFiles(): Promise<void> {
  const [allowed, outside] = [join(dir.path, 'archive'), join(dir.path, 'private')];
  await Promise.all([mkdir(allowed), mkdir(outside)]);
  for (const startUnix of segmentStarts) {
    const clip = await makeClip({ dir: allowed, name: `${startUnix}`, seconds: 4, container: 'flv' });
    await run('cp', [clip, outside]);
    await symlink(join(outside, `${startUnix}.flv`), join(allowed, `${startUnix}-link.flv`));
  }
  const urls = [`${allowed}/{startUnix}.flv`, `${allowed}/none.flv`, `${outside}/{startUnix}.flv`];
  for (const [index, path] of [...urls, `${allowed}/{startUnix}-link.flv`].entries())
    await stack.addCamera({ id: files[index]!, archiveKind: 'file', archiveUrl: `file://${path}` });
}

beforeAll(async () => {
  dir = await tempDir();
  stack = await startPlanStack({ settings: { download: { fileRoots: [join(dir.path, 'archive')] } } });
  await Promise.all([...containers.map(serveHalves), placeFiles()]);
  const cameras = { ids: [...containers, ...files] };
  plan = await stack.run({ window: '10:00:00-10:00:08', cameras, maxDownloadAttempts: 1 });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await dir.remove();
});

describe('an HTTP archive', () => {
  test.each(containers)(
    'of %s ends complete, every picture of both segments in its place',
    async (container) => {
      const day = dayOf(plan, container);
      expect(day).toMatchObject({
        state: 'complete',
        missingSeconds: 0,
        merged: [expect.stringMatching(/\.mp4$/)],
      });
      expect(day.segments).toMatchObject([
        { state: 'complete', attempts: 1, gaps: [] },
        { state: 'complete', attempts: 1, gaps: [] },
      ]);
      const times = await ffprobeTimes(stack.media(day.merged[0]!));
      expect(times).toHaveLength(200);
      times.forEach((seconds, index) => expect(Math.abs(seconds - index / 25)).toBeLessThan(0.041));
    },
  );
});

describe('a file archive', () => {
  test('inside the allowed directories is copied and stays where it is', async () => {
    expect(dayOf(plan, 'file-allowed')).toMatchObject({ state: 'complete', missingSeconds: 0 });
    expect(await ffprobeTimes(join(dir.path, 'archive', `${segmentStarts[0]}.flv`))).toHaveLength(100);
  });

  test('without the file is an archive that had none', () => {
    const day = dayOf(plan, 'file-missing');
    expect(day.segments.map(({ missingSeconds, path }) => [missingSeconds, path])).toEqual([
      [4, undefined],
      [4, undefined],
    ]);
    expect(day.segments[0]?.reason).toContain('There is no file');
  });

  test.each(['file-outside', 'file-linked-out'])('%s is refused by where its bytes lie', async (camera) => {
    const day = dayOf(plan, camera);
    expect(day).toMatchObject({
      state: 'failed',
      merged: [],
      reason: expect.stringContaining('download.fileRoots'),
    });
    const { stdout } = await run('find', [stack.media('downloaded')]);
    expect(stdout).not.toContain(camera);
  });
});

test('an archive that gives one file for two times is merged as it answered', async () => {
  const clip = await makeClip({ dir: dir.path, container: 'flv', seconds: 4 });
  for (const startUnix of segmentStarts) stack.archive.serve(`/same/${startUnix}`, clip);
  const archiveUrl = `${stack.archive.url}/{id}/{startUnix}`;
  await stack.addCamera({ id: 'same', archiveKind: 'http', archiveUrl });
  const repeated = await stack.run({ window: '10:00:00-10:00:08', cameras: { ids: ['same'] } });
  expect(dayOf(repeated, 'same')).toMatchObject({ state: 'complete', missingSeconds: 0 });
  expect(await ffprobeTimes(stack.media(dayOf(repeated, 'same').merged[0]!))).toHaveLength(200);
});

test('nothing of the work is left behind', async () => {
  const { stdout } = await run('find', [stack.media('.work'), '-type', 'f']);
  expect(stdout).toBe('');
});
