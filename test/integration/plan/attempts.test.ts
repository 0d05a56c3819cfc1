import { readFile, stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SegmentDocument } from '../../../src/contract/plan.ts';
import { makeClip } from '../../fakes/clips.ts';
import { tempDir, type TempDir } from '../../setup/temp-dir.ts';
import { dayOf, startPlanStack, unixAt, type PlanStack } from './plan-stack.ts';

const startUnix = unixAt('10:00:00');
const window = '10:00:00-10:00:06';
let stack: PlanStack;
let dir: TempDir;
/** By the seconds that are missing in the middle of six. */
const clips = new Map<number, string>();

beforeAll(async () => {
  [stack, dir] = await Promise.all([startPlanStack(), tempDir()]);
  const shared = { dir: dir.path, container: 'flv', seconds: 6 } as const;
  for (const lengthSeconds of [0, 1, 2, 3])
    clips.set(lengthSeconds, await makeClip({ ...shared, holes: [{ startSeconds: 2, lengthSeconds }] }));
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await dir.remove();
});

const pathOf = (id: string) => `/${id}/${startUnix}`;
const requestsOf = (id: string) => stack.archive.requests.filter(({ url }) => url === pathOf(id)).length;
const serve = (id: string, missing: number) => stack.archive.serve(pathOf(id), clips.get(missing)!);

async function camera(id: string, missing: number): Promise<void> {
  serve(id, missing);
  const archiveUrl = `${stack.archive.url}/{id}/{startUnix}`;
  await stack.addCamera({ id, archiveKind: 'http', archiveUrl });
}

/** A run with so many attempts in all; answers the segment. */
async function run(id: string, maxDownloadAttempts: number, more = {}): Promise<SegmentDocument> {
  const request = { window, cameras: { ids: [id] }, segmentSeconds: 6, maxDownloadAttempts, ...more };
  const plan = await stack.run({ ...request, steps: ['download'] });
  return dayOf(plan, id).segments[0]!;
}

interface Report {
  attempts: number;
  missing_seconds: number;
  sha256: string;
}
const reportOf = async (segment: SegmentDocument) =>
  JSON.parse(await readFile(stack.media(`${segment.path}.gapreport.json`), 'utf8')) as Report;

describe('a second attempt', () => {
  test.concurrent('that misses less replaces the first, report and all', async () => {
    await camera('better', 2);
    const first = await run('better', 1);
    expect(first).toMatchObject({ attempts: 1, missingSeconds: expect.closeTo(2, 1) });
    serve('better', 1);
    const second = await run('better', 2);
    expect(second).toMatchObject({ attempts: 2, missingSeconds: expect.closeTo(1, 1), path: first.path });
    expect(await readFile(stack.media(second.path!))).toEqual(await readFile(clips.get(1)!));
    expect(await reportOf(second)).toMatchObject({ attempts: 2, missing_seconds: second.missingSeconds });
  });

  test.concurrent('that misses more is thrown away, and counted', async () => {
    await camera('worse', 1);
    const first = await run('worse', 1);
    const { sha256 } = await reportOf(first);
    serve('worse', 2);
    const second = await run('worse', 2);
    expect(second).toMatchObject({ attempts: 2, missingSeconds: first.missingSeconds, gaps: first.gaps });
    expect(await readFile(stack.media(second.path!))).toEqual(await readFile(clips.get(1)!));
    expect(await reportOf(second)).toMatchObject({ attempts: 2, sha256 });
  });
});

test.concurrent(
  'attempts used up are used up for every plan; a forced plan begins again and still keeps the better file',
  async () => {
    await camera('used', 2);
    const first = await run('used', 2);
    expect([first.attempts, requestsOf('used')]).toEqual([2, 2]);
    const before = await stat(stack.media(first.path!));
    expect(await run('used', 2)).toEqual(first);
    expect(requestsOf('used')).toBe(2);
    expect((await stat(stack.media(first.path!))).mtimeMs).toBe(before.mtimeMs);
    serve('used', 3);
    const forced = await run('used', 1, { force: true });
    expect(requestsOf('used')).toBe(3);
    expect(forced).toMatchObject({ attempts: 1, missingSeconds: first.missingSeconds });
    serve('used', 0);
    expect(await run('used', 1, { force: true })).toMatchObject({ attempts: 1, missingSeconds: 0, gaps: [] });
  },
);

test.concurrent(
  'two plans over the same camera-day at once ask the archive once for each segment',
  async () => {
    const ids = ['both-1', 'both-2'];
    for (const id of ids) await camera(id, 0);
    const step = { do: 'drip', bytesPerSecond: 40_000 } as const;
    for (const id of ids) stack.archive.script(pathOf(id), step, step);
    const request = { window, cameras: { ids }, segmentSeconds: 6 };
    const plans = await Promise.all([stack.run(request), stack.run(request)]);
    for (const plan of plans)
      for (const id of ids) expect(dayOf(plan, id)).toMatchObject({ state: 'complete', missingSeconds: 0 });
    for (const id of ids) expect(requestsOf(id)).toBe(1);
  },
);

test.concurrent(
  'segments that are not kept go after the verified merge, and a later plan fetches them again',
  async () => {
    await camera('unkept', 0);
    const request = { window, cameras: { ids: ['unkept'] }, segmentSeconds: 6, keepSegments: false };
    const first = dayOf(await stack.run(request), 'unkept');
    expect(first).toMatchObject({ state: 'complete', merged: [expect.any(String)] });
    expect(first.segments[0]?.path).toBeUndefined();
    await expect(stat(stack.media(`downloaded/unkept/unkept-${startUnix}-6s.flv`))).rejects.toThrow('ENOENT');
    expect((await stat(stack.media(first.merged[0]!))).size).toBeGreaterThan(10_000);
    const again = dayOf(await stack.run({ ...request, keepSegments: true }), 'unkept');
    expect(requestsOf('unkept')).toBe(2);
    expect(again).toMatchObject({ state: 'complete', missingSeconds: 0 });
    expect(again.segments[0]?.path).toBeDefined();
  },
);
