import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanDocument } from '../../../src/contract/plan.ts';
import { readFile } from 'node:fs/promises';
import { ffprobeTimes } from '../../fakes/clips.ts';
import { eventually } from '../../setup/eventually.ts';
import { startMediaMtx, type TestMediaMtx } from '../../setup/servers.ts';
import { lengthSeconds, proveCoverage, statesOf } from './coverage-proof.ts';
import { dayOf, startPlanStack, type PlanStack } from './plan-stack.ts';

/** Seconds for which the camera is away in the middle of the recording. */
const awaySeconds = 4;
const frameSeconds = 1 / 25;
/** A recording begins at a key frame, and there is one each second. */
const gopSeconds = 1;

let stack: PlanStack;
let server: TestMediaMtx;
let camera: ChildProcess;
let plan: PlanDocument;
let stoppedMs: number;
let returnedMs: number;

function publish(path: string): ChildProcess {
  const source = ['-f', 'lavfi', '-i', 'testsrc2=s=160x120:r=25'];
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '25'];
  const out = ['-f', 'rtsp', '-rtsp_transport', 'tcp', server.publishUrl(path)];
  return spawn('ffmpeg', ['-nostdin', '-v', 'error', '-re', ...source, ...codec, ...out], {
    stdio: 'ignore',
  });
}

async function stop(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  process.kill('SIGKILL');
  await once(process, 'exit');
}

/** What the playback server says it has of a path: the truth that a plan must come to. */
async function spans(path: string): Promise<{ startMs: number; endMs: number }[]> {
  const { user, password } = server.users.reader;
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const answer = await fetch(`${server.playbackUrl}/list?path=${path}`, { headers: { authorization } });
  if (!answer.ok) return [];
  const listed = (await answer.json()) as { start: string; duration: number }[];
  return listed.map(({ start, duration }) => ({
    startMs: Date.parse(start),
    endMs: Date.parse(start) + duration * 1000,
  }));
}

const isRecorded = (path: string, count: number, seconds: number) =>
  eventually(async () => {
    const found = await spans(path);
    return found.length >= count && found[count - 1]!.endMs - found[count - 1]!.startMs >= seconds * 1000;
  });

const withReader = (url: string): string => {
  const { user, password } = server.users.reader;
  return url.replace('://', `://${user}:${password}@`);
};

beforeAll(async () => {
  [stack, server] = await Promise.all([
    startPlanStack({ settings: { download: { settleSeconds: 2, stallSeconds: 8 } } }),
    startMediaMtx(),
  ]);
  camera = publish('hall');
  await isRecorded('hall', 1, 3);
  await stop(camera);
  stoppedMs = Date.now();
  await pause(awaySeconds * 1000);
  camera = publish('hall');
  returnedMs = Date.now();
  await isRecorded('hall', 2, 3);
  for (const [id, path] of [
    ['hall', 'hall'],
    ['absent', 'nowhere'],
  ])
    await stack.addCamera({
      id,
      archiveKind: 'mediamtx',
      archiveUrl: withReader(`${server.playbackUrl}/${path}`),
    } as { id: string });
  for (const [id, path] of [
    ['live', 'hall'],
    ['dark', 'nowhere'],
  ])
    await stack.addCamera({
      id,
      archiveKind: 'rtsp',
      archiveUrl: withReader(`${server.rtspUrl}/${path}`),
    } as { id: string });
  const [first] = await spans('hall');
  // Around the hole, however late the second recording began.
  const startUnix = Math.max(Math.ceil(first!.startMs / 1000), Math.floor(first!.endMs / 1000) - 2);
  const clock = (unix: number) => new Date(unix * 1000).toISOString().slice(11, 19);
  // Three segments of four seconds over both recordings and the time between them.
  plan = await stack.run({
    date: new Date(startUnix * 1000).toISOString().slice(0, 10),
    window: `${clock(startUnix)}-${clock(startUnix + 12)}`,
    cameras: { ids: ['hall', 'absent', 'live', 'dark'] },
    maxDownloadAttempts: 1,
    gapThresholdSeconds: 0.5,
  });
});
afterAll(async () => {
  if (camera) await stop(camera);
  await stack[Symbol.asyncDispose]();
  await server.stop();
});

describe('a MediaMTX archive', () => {
  test('of an interrupted camera is missing exactly what MediaMTX does not list', async () => {
    const day = dayOf(plan, 'hall');
    expect(day).toMatchObject({ state: 'incomplete', merged: [expect.any(String)] });
    const { intervals, window } = await proveCoverage(stack, day);
    expect(statesOf(intervals)).toEqual(['present', 'sourceHadNone', 'present']);
    const hole = intervals.find(({ state }) => state === 'sourceHadNone')!;
    const [before, after] = await spans('hall');
    const startMs = Date.parse(hole.startAt);
    const endMs = Date.parse(hole.endAt);
    expect(Math.abs(startMs - before!.endMs)).toBeLessThanOrEqual((frameSeconds + 0.005) * 1000);
    expect(Math.abs(endMs - after!.startMs)).toBeLessThanOrEqual((frameSeconds + 0.005) * 1000);
    expect(lengthSeconds(window)).toBe(12);
    // Against what was done to the camera: it went no later than it was killed, and was back no sooner than it was started.
    expect(startMs).toBeLessThanOrEqual(stoppedMs + 1000);
    expect(startMs).toBeGreaterThan(stoppedMs - (gopSeconds + 1) * 1000);
    expect(endMs).toBeGreaterThanOrEqual(returnedMs - 100);
  });

  test('holds the pictures of the recordings on both sides, each at its wall time', async () => {
    const day = dayOf(plan, 'hall');
    const { intervals, files } = await proveCoverage(stack, day);
    // What stands before the window is there for the sake of its key frame.
    const from = intervals.find(({ state }) => state === 'present')!.mediaStartSeconds! - 0.02;
    const times = (await ffprobeTimes(stack.media(day.merged[0]!))).filter((at) => at >= from);
    const missing = day.missingSeconds;
    expect(Math.abs(times.length - (12 - missing) * 25)).toBeLessThanOrEqual(4);
    for (const { startAt, mediaStartSeconds } of intervals.filter(({ state }) => state === 'present')) {
      const wallSeconds = (Date.parse(startAt) - Date.parse(files[0]!.startAt)) / 1000;
      expect(Math.abs(wallSeconds - mediaStartSeconds!)).toBeLessThanOrEqual(frameSeconds + 0.005);
    }
    const longest = Math.max(...times.slice(1).map((at, index) => at - times[index]!));
    expect(Math.abs(longest - missing)).toBeLessThan(0.1);
  });

  test('without such a path had none', async () => {
    const day = dayOf(plan, 'absent');
    expect(day.segments.map(({ missingSeconds, attempts }) => [missingSeconds, attempts])).toEqual([
      [4, 1],
      [4, 1],
      [4, 1],
    ]);
    const start = Date.parse(day.segments[0]!.startAt) / 1000;
    const report = JSON.parse(
      await readFile(stack.media(`downloaded/absent/absent-${start}-4s.mp4.gapreport.json`), 'utf8'),
    ) as object;
    expect(report).toMatchObject({ missing: [{ cause: 'sourceHadNone' }], missing_seconds: 4 });
  });
});

describe('an RTSP archive', () => {
  test('is recorded for the length of each segment', async () => {
    const day = dayOf(plan, 'live');
    expect(day).toMatchObject({
      state: expect.stringMatching(/^(complete|incomplete)$/),
      merged: [expect.any(String)],
    });
    for (const segment of day.segments) {
      expect(segment.path).toMatch(/\.(mkv|ts)$/);
      const times = await ffprobeTimes(stack.media(segment.path!));
      expect(times.at(-1)! - times[0]!).toBeGreaterThan(2.5);
      expect(segment.missingSeconds).toBeLessThan(1.2);
    }
  });

  test('of a camera that is dark had none', () => {
    for (const segment of dayOf(plan, 'dark').segments)
      expect(segment).toMatchObject({
        missingSeconds: 4,
        attempts: 1,
        reason: expect.stringContaining('has nothing'),
      });
  });
});
