import { readFile, readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanDocument } from '../../../src/contract/plan.ts';
import { ffprobeTimes, makeClip } from '../../fakes/clips.ts';
import { tempDir, type TempDir } from '../../setup/temp-dir.ts';
import { lengthSeconds, proveCoverage, readCoverage, statesOf } from './coverage-proof.ts';
import { dayOf, startPlanStack, unixAt, type PlanStack } from './plan-stack.ts';

const window = '10:00:00-10:00:16';
const starts = ['10:00:00', '10:00:04', '10:00:08', '10:00:12'].map((clock) => unixAt(clock));
const modes = ['hole', 'slate', 'split'] as const;
let stack: PlanStack;
let dir: TempDir;
const plans = new Map<string, PlanDocument>();

/** Whole, a hole from 1 s to 3 s, nothing at all, whole. */
async function camera(id: string, clips: { whole: string; holed: string }): Promise<void> {
  for (const [index, clip] of [clips.whole, clips.holed, undefined, clips.whole].entries())
    if (clip) stack.archive.serve(`/${id}/${starts[index]}`, clip);
  const archiveUrl = `${stack.archive.url}/{id}/{startUnix}`;
  await stack.addCamera({ id, archiveKind: 'http', archiveUrl });
}

const more = {
  refuse: { gapToleranceSeconds: 5, cameras: { ids: ['refuse'] } },
  'outside-tolerance': { gapToleranceSeconds: 0, toleranceWindow: '10:00:00-10:00:05' },
};

beforeAll(async () => {
  [stack, dir] = await Promise.all([
    startPlanStack({ settings: { download: { giveUpSeconds: 8 } } }),
    tempDir(),
  ]);
  const shared = { dir: dir.path, container: 'flv', seconds: 4 } as const;
  const [whole, holed] = await Promise.all([
    makeClip(shared),
    makeClip({
      ...shared,
      pattern: 'testsrc',
      holes: [{ startSeconds: 1, lengthSeconds: 2 }],
      holesInAudio: true,
    }),
  ]);
  await Promise.all([...modes, ...Object.keys(more)].map((id) => camera(id, { whole, holed })));
  const common = { window, maxDownloadAttempts: 1 };
  const run = async (id: string, request: object) => {
    plans.set(id, await stack.run({ ...common, cameras: { ids: [id] }, ...request }));
  };
  await Promise.all([
    ...modes.map((gapMode) => run(gapMode, { gapMode })),
    ...Object.entries(more).map(([id, request]) => run(id, request)),
  ]);
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await dir.remove();
});

const day = (id: string) => dayOf(plans.get(id)!, id);
const longestStep = (times: number[]) => Math.max(...times.slice(1).map((at, index) => at - times[index]!));

describe('time that is missing', () => {
  test.each(modes)('in mode %s is proven to the millisecond by coverage and gap reports', async (mode) => {
    expect(day(mode)).toMatchObject({ state: 'incomplete', missingSeconds: expect.closeTo(6, 1) });
    const { intervals } = await proveCoverage(stack, day(mode));
    expect(statesOf(intervals)).toEqual(['present', 'sourceHadNone', 'present', 'sourceHadNone', 'present']);
    const holes = intervals.filter(({ state }) => state !== 'present');
    const hole = holes[0]!;
    expect(Math.abs(Date.parse(hole.startAt) / 1000 - (starts[1]! + 1))).toBeLessThan(0.09);
    expect(Math.abs(lengthSeconds(hole) - 2)).toBeLessThan(0.05);
    expect(holes[1]).toMatchObject({ startAt: expect.stringMatching(/10:00:08(\.000)?Z/) });
    const gaps = day(mode).segments.flatMap((segment) => segment.gaps);
    expect(gaps).toEqual(holes.map(({ startAt, endAt }) => ({ startAt, endAt })));
  });

  test('stands as a hole at its true place in one file', async () => {
    expect(day('hole').merged).toHaveLength(1);
    const times = await ffprobeTimes(stack.media(day('hole').merged[0]!));
    expect(times).toHaveLength(250);
    expect(times.filter((at) => at > 1 + 4.1 && at < 3 + 3.9)).toEqual([]);
    expect(times.filter((at) => at > 8.1 && at < 11.9)).toEqual([]);
    expect(times.at(-1)).toBeCloseTo(15.96, 1);
  });

  test('is filled with a slate, so that the picture never stops', async () => {
    expect(day('slate').merged).toHaveLength(1);
    const times = await ffprobeTimes(stack.media(day('slate').merged[0]!));
    expect(longestStep(times)).toBeLessThan(1.1);
    expect(times.at(-1)).toBeCloseTo(15.96, 1);
  });

  test('splits the day into files that begin where they say', async () => {
    const { files } = await readCoverage(stack, day('split'));
    expect(files).toHaveLength(3);
    for (const { path } of files)
      expect(longestStep(await ffprobeTimes(stack.media(path)))).toBeLessThan(0.1);
    const begins = files.map(({ startAt }) => Date.parse(startAt) / 1000 - starts[0]!);
    [0, 7, 12].forEach((seconds, index) => expect(Math.abs(begins[index]! - seconds)).toBeLessThan(0.1));
  });
});

describe('a merge', () => {
  test('is refused when more is missing than tolerated, with the sum in the reason', () => {
    expect(plans.get('refuse')?.state).toBe('incomplete');
    expect(day('refuse')).toMatchObject({
      state: 'refused',
      merged: [],
      missingSeconds: expect.closeTo(6, 1),
    });
    expect(day('refuse').reason).toMatch(/6.*5/);
    expect(day('refuse').coverage).toBeUndefined();
  });

  test('counts only what is missing inside the tolerance window', async () => {
    expect(day('outside-tolerance')).toMatchObject({ state: 'incomplete', toleranceWindowMissingSeconds: 0 });
    const { toleranceWindow, missingSeconds } = await proveCoverage(stack, day('outside-tolerance'));
    expect(toleranceWindow && lengthSeconds(toleranceWindow)).toBe(5);
    expect(missingSeconds).toMatchObject({ insideToleranceWindow: 0, sourceHadNone: expect.closeTo(6, 1) });
  });
});

test('a gap report speaks to old readers and to ours', async () => {
  const [, holed] = day('hole').segments;
  const report = JSON.parse(await readFile(stack.media(`${holed?.path}.gapreport.json`), 'utf8')) as object;
  expect(report).toMatchObject({
    localtime: expect.stringMatching(/^2026-01-05T10:00:04/),
    attempts: 1,
    maxdiff_errors: [{ start: expect.closeTo(1, 0), len: expect.closeTo(2, 1) }],
    missing_seconds: expect.closeTo(2, 1),
    covered: [{ ptsSeconds: expect.any(Number) }, { ptsSeconds: expect.any(Number) }],
    missing: [{ cause: 'sourceHadNone' }],
    class: 'ok',
    container: 'flv',
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    tool: expect.stringContaining('ffmpeg'),
    segment: { camera: 'hole', seconds: 4 },
    audio: { present: true },
  });
});

test.concurrent('unfinished segments block a merge unless they are tolerated', async () => {
  const ids = ['dead'];
  stack.archive.always(`/dead/${starts[0]}`, { do: 'hang' });
  stack.archive.serve(`/dead/${starts[1]}`, await makeClip({ dir: dir.path, container: 'flv', seconds: 4 }));
  await stack.addCamera({
    id: 'dead',
    archiveKind: 'http',
    archiveUrl: `${stack.archive.url}/{id}/{startUnix}`,
  });
  const request = { window: '10:00:00-10:00:08', cameras: { ids } };
  const [blocked, tolerated] = await Promise.all([
    stack.run(request),
    stack.run({ ...request, tolerateIncomplete: true }),
  ]);
  expect(dayOf(blocked, 'dead')).toMatchObject({
    state: 'refused',
    reason: expect.stringContaining('unfinished'),
  });
  expect(dayOf(tolerated, 'dead')).toMatchObject({ state: 'incomplete', missingSeconds: 4 });
  const { intervals } = await proveCoverage(stack, dayOf(tolerated, 'dead'));
  expect(statesOf(intervals)).toEqual(['neverDownloaded', 'present']);
});

describe.concurrent('plans that merge one window in several ways', () => {
  const again = (id: string, gapMode: (typeof modes)[number]) =>
    stack.run({ window, maxDownloadAttempts: 1, cameras: { ids: [id] }, gapMode });

  test('one after the other leave what the last one made', async () => {
    for (const mode of [...modes, 'hole'] as const) {
      const plan = await again('slate', mode);
      const { plan: named } = await proveCoverage(stack, dayOf(plan, 'slate'));
      expect(named).toBe(plan.id);
    }
    expect(await readdir(stack.media('merged/slate'))).toHaveLength(2);
  });

  test('at once leave files and coverage of one of them', async () => {
    const all = await Promise.all(modes.map((mode) => again('hole', mode)));
    const { plan } = await readCoverage(stack, dayOf(all[0]!, 'hole'));
    await proveCoverage(
      stack,
      dayOf(
        all.find(({ id }) => id === plan)!,
        'hole',
      ),
    );
  });
});
