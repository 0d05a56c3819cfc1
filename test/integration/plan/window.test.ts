import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeClip } from '../../fakes/clips.ts';
import { tempDir, type TempDir } from '../../setup/temp-dir.ts';
import { proveCoverage } from './coverage-proof.ts';
import { dayOf, planDate, startPlanStack, unixAt, type PlanStack } from './plan-stack.ts';

let stack: PlanStack;
let dir: TempDir;
let clip: string;

beforeAll(async () => {
  [stack, dir] = await Promise.all([startPlanStack(), tempDir()]);
  clip = await makeClip({ dir: dir.path, container: 'flv', seconds: 4 });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await dir.remove();
});

async function camera(id: string, startUnix: readonly number[], more = {}): Promise<void> {
  for (const start of startUnix) stack.archive.serve(`/${id}/${start}`, clip);
  const archiveUrl = `${stack.archive.url}/{id}/{startUnix}`;
  await stack.addCamera({ id, archiveKind: 'http', archiveUrl, ...more });
}

const requestsOf = (id: string) => stack.archive.requests.filter(({ url }) => url.startsWith(`/${id}/`));
const iso = (unix: number) => new Date(unix * 1000).toISOString();
const clock = (unix: number) => iso(unix).slice(11, 19);

test('a window not yet over is waited for segment by segment, or as a whole', async () => {
  const startUnix = Math.ceil(Date.now() / 1000) - 1;
  const starts = [0, 1, 2].map((index) => startUnix + index * 4);
  await Promise.all([camera('by-segment', starts), camera('at-end', starts)]);
  const request = {
    date: iso(startUnix).slice(0, 10),
    window: `${clock(startUnix)}-${clock(startUnix + 12)}`,
  };
  const [bySegment, atEnd] = await Promise.all([
    stack.run({ ...request, cameras: { ids: ['by-segment'] } }),
    stack.run({ ...request, cameras: { ids: ['at-end'] }, waitForEnd: true }),
  ]);
  expect([bySegment.state, atEnd.state]).toEqual(['complete', 'complete']);
  const asked = requestsOf('by-segment').map(({ url, atMs }) => ({
    startUnix: Number(url.split('/')[2]),
    atMs,
  }));
  expect(asked.map((one) => one.startUnix)).toEqual(starts);
  for (const one of asked) expect(one.atMs).toBeGreaterThanOrEqual((one.startUnix + 4) * 1000);
  expect(asked[0]!.atMs).toBeLessThan((startUnix + 12) * 1000);
  for (const { atMs } of requestsOf('at-end')) expect(atMs).toBeGreaterThanOrEqual((startUnix + 12) * 1000);
});

test('a window over midnight is repeated on each day, in the zone of the camera', async () => {
  const days = [planDate, '2026-01-06'];
  // 23:59:56 in +05:30 is 18:29:56 UTC.
  const starts = days.flatMap((date) => [unixAt('18:29:56', date), unixAt('18:30:00', date)]);
  await camera('night', starts, { timeZone: '+05:30' });
  const plan = await stack.run({
    window: '23:59:56-00:00:04',
    toDate: days[1]!,
    cameras: { ids: ['night'] },
  });
  expect(plan.cameraDays.map(({ date, state }) => [date, state])).toEqual(
    days.map((date) => [date, 'complete']),
  );
  for (const [index, date] of days.entries()) {
    const day = dayOf(plan, 'night', date);
    expect(day.segments.map((segment) => Date.parse(segment.startAt) / 1000)).toEqual(
      starts.slice(index * 2, index * 2 + 2),
    );
    expect(day.merged).toEqual([`merged/night/night-${date}-235956-000004.mp4`]);
    expect((await proveCoverage(stack, day)).intervals.every(({ state }) => state === 'present')).toBe(true);
  }
});
