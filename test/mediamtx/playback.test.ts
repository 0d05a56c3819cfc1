import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createControl } from '../../src/mediamtx/control.ts';
import {
  createPlayback,
  spanFileStartMs,
  spanOf,
  type Playback,
  type Span,
} from '../../src/mediamtx/playback.ts';
import { readSpanFile } from '../../src/mediamtx/span-file.ts';
import { createDownloader, type Downloader } from '../../src/transfer/http-download.ts';
import { startArchive } from '../fakes/archive.ts';
import { startMediaMtx, testRun, type TestMediaMtx } from '../setup/servers.ts';

const signal = AbortSignal.timeout(100_000);
const path = 'site/cam-1';
const fps = 25;
let mediamtx: TestMediaMtx;
let downloader: Downloader;
let playback: Playback;
let dir: string;
/** All that was recorded: one publisher, an interruption, the publisher again. */
let whole: { startMs: number; endMs: number };
let spans: Span[];

/** Publishes a test picture in real time, a key frame every 2 s, and ends by itself. */
async function publish(seconds: number): Promise<void> {
  const run = await testRun();
  const source = `testsrc2=size=320x180:rate=${fps},format=yuv420p`;
  const input = ['-re', '-f', 'lavfi', '-i', source, '-t', String(seconds)];
  const codec = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-tune',
    'zerolatency',
    '-g',
    '50',
    '-sc_threshold',
    '0',
  ];
  const output = ['-f', 'rtsp', '-rtsp_transport', 'tcp', mediamtx.publishUrl(path)];
  const end = await run({
    command: 'ffmpeg',
    args: ['-v', 'error', ...input, ...codec, ...output],
    secrets: [mediamtx.users.publisher.password],
    signal,
  });
  expect(end).toMatchObject({ exitCode: 0 });
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'longtake-playback-'));
  // Recordings of 2 s, so that a span is made of several of them.
  mediamtx = await startMediaMtx({ recordSegmentSeconds: 2 });
  downloader = createDownloader({ perHost: 4, total: 4, stallSeconds: 10, connectSeconds: 5 });
  const { playbackUrl: baseUrl, users } = mediamtx;
  playback = createPlayback({ baseUrl, credentials: users.reader, downloader });
  const startMs = Date.now();
  await publish(6);
  // The interruption itself: time that must really pass.
  await setTimeout(1500);
  await publish(4);
  whole = { startMs: startMs - 1000, endMs: Date.now() + 1000 };
  spans = await playback.list({ path, ...whole, signal });
});
afterAll(async () => {
  await downloader.close();
  await mediamtx.stop();
  await rm(dir, { recursive: true, force: true });
});

/** Presentation times of the video packets in a file, seconds, sorted; the first packet's flags. */
async function packetsOf(file: string): Promise<{ times: number[]; flags: string }> {
  const run = await testRun();
  const rows: string[][] = [];
  const args = [
    '-v',
    'error',
    '-select_streams',
    'v',
    '-show_entries',
    'packet=pts_time,flags',
    '-of',
    'csv=p=0',
    file,
  ];
  await run({ command: 'ffprobe', args, signal, onStdoutLine: (line) => rows.push(line.split(',')) });
  return { times: rows.map(([time]) => Number(time)).toSorted((a, b) => a - b), flags: rows[0]?.[1] ?? '' };
}

const fetched = async (span: Span) => {
  const toPath = join(dir, `${span.startAt}.mp4`);
  const { sizeBytes, sha256, startMs } = await playback.fetchSpan({ path, span, toPath, signal });
  expect(sizeBytes).toBeGreaterThan(1000);
  expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  return { startMs, ...(await packetsOf(toPath)) };
};

const [first, second] = [() => spans[0] as Span, () => spans[1] as Span];

describe('the list of spans', () => {
  test('has one entry on each side of an interruption', () => {
    expect(spans).toHaveLength(2);
    expect(second().startMs - first().endMs).toBeGreaterThan(1400);
    expect(first().endMs - first().startMs).toBeGreaterThan(5000);
    expect(first().startMs - spanFileStartMs(first())).toBeLessThan(1);
  });

  test('is cut to the asked range, to the millisecond', async () => {
    const range = { startMs: first().startMs + 1333, endMs: second().startMs + 777 };
    const cut = await playback.list({ path, ...range, signal });
    expect(cut.map(({ startMs, endMs }) => ({ startMs, endMs }))).toEqual([
      { startMs: range.startMs, endMs: first().endMs },
      { startMs: second().startMs, endMs: range.endMs },
    ]);
    expect(cut.map(spanFileStartMs)).toEqual([range.startMs, spanFileStartMs(second())]);
  });

  test.each<[string, () => Promise<Span[]>]>([
    ['inside the interruption', () => listBetween(first().endMs + 300, second().startMs - 300)],
    ['before everything', () => listBetween(whole.startMs - 9e6, whole.startMs - 8e6)],
    ['after everything', () => listBetween(whole.endMs + 8e6, whole.endMs + 9e6)],
    ['of a path that never recorded', () => playback.list({ path: 'cam-404', ...whole, signal })],
  ])('%s is empty', async (_name, list) => expect(await list()).toEqual([]));

  test('refuses a wrong password', async () => {
    const { playbackUrl: baseUrl, users } = mediamtx;
    const credentials = { user: users.reader.user, password: 'wrong-canary' };
    const stranger = createPlayback({ baseUrl, credentials, downloader });
    const error = await stranger.list({ path, ...whole, signal }).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ type: 'AuthRejected' });
    expect(String(error)).not.toContain('wrong-canary');
  });

  test('of a name that MediaMTX does not take is InputInvalid', async () => {
    await expect(playback.list({ path: '../etc', ...whole, signal })).rejects.toMatchObject({
      type: 'InputInvalid',
    });
  });

  const listBetween = (startMs: number, endMs: number) => playback.list({ path, startMs, endMs, signal });
});

describe('the file of a span', () => {
  test('from its own start begins with a key frame at time 0 and holds every frame', async () => {
    for (const span of spans) {
      const { times, flags, startMs } = await fetched(span);
      expect(startMs).toBe(spanFileStartMs(span));
      expect(flags).toBe('K_');
      expect(times[0]).toBe(0);
      times.slice(1).forEach((time, index) => expect(time - (times[index] ?? 0)).toBeCloseTo(1 / fps, 3));
      expect(times.at(-1)).toBeGreaterThan((span.endMs - span.startMs) / 1000 - 2 / fps);
    }
  });

  test('from a start inside begins with the key frame before it at a negative time, and its wall time is exact', async () => {
    // All starts lie in the same recording and in the same group of pictures: the key frame is the same.
    const keyFrameMs: number[] = [];
    for (const offsetMs of [2600, 2607, 2633, 3100]) {
      const startMs = first().startMs + offsetMs;
      const [span] = await playback.list({ path, startMs, endMs: startMs + 400, signal });
      const file = await fetched(span as Span);
      expect(file.flags).toBe('KD');
      expect(file.times[0]).toBeLessThan(0);
      expect(file.times.at(-1)).toBeGreaterThan(0.4 - 3 / fps);
      expect(file.times.at(-1)).toBeLessThan(0.4);
      expect(file.startMs - startMs).toBeGreaterThanOrEqual(0);
      expect(file.startMs - startMs).toBeLessThan(1000 / fps);
      keyFrameMs.push(file.startMs + (file.times[0] ?? Number.NaN) * 1000);
    }
    for (const wallMs of keyFrameMs) expect(Math.abs(wallMs - (keyFrameMs[0] ?? 0))).toBeLessThan(0.1);
  });

  test('ends at the interruption however much is asked', async () => {
    const { times } = await fetched({ ...first(), untilMs: whole.endMs });
    expect(times.at(-1)).toBeLessThan((second().startMs - first().startMs) / 1000 - 1);
  });

  test('as short as two tenths of a second holds its frames', async () => {
    const startMs = first().startMs + 2500;
    const [span] = await playback.list({ path, startMs, endMs: startMs + 200, signal });
    const { times } = await fetched(span as Span);
    expect(times.filter((time) => time >= 0)).toHaveLength(5);
  });

  test('is not found by a start one millisecond early, so the exact text counts', async () => {
    const early = new Date(Math.floor(spanFileStartMs(second()) - 1)).toISOString();
    const asked = playback.fetchSpan({
      path,
      span: { ...second(), startAt: early },
      toPath: join(dir, 'x'),
      signal,
    });
    await expect(asked).rejects.toMatchObject({ type: 'SourceMissing' });
  });
});

describe('a listed entry', () => {
  const range = { startMs: 1_000_000, endMs: 1_010_000 };
  test.each([
    ['with microseconds', '1970-01-01T00:16:41.000594Z', 2.0005, [1_001_001, 1_003_001], 1_001_000.594],
    ['in another zone', '1970-01-01T03:16:41+03:00', 2, [1_001_000, 1_003_000], 1_001_000],
    ['cut on both sides', '1970-01-01T00:10:00Z', 9000, [1_000_000, 1_010_000], 1_000_000],
  ])('%s becomes a span', (_name, start, duration, [startMs, endMs], fileStartMs) => {
    const span = spanOf({ start, duration }, range) as Span;
    expect(span).toMatchObject({ startMs, endMs });
    expect(spanFileStartMs(span)).toBeCloseTo(fileStartMs, 3);
  });

  test.each([
    ['too short to hold a frame', '1970-01-01T00:16:41Z', 0.03],
    ['that only touches the range', '1970-01-01T00:16:30Z', 10],
    ['of no length', '1970-01-01T00:16:41Z', 0],
  ])('%s is none', (_name, start, duration) => expect(spanOf({ start, duration }, range)).toBeUndefined());
});

describe('a server that is no MediaMTX', () => {
  test.each([
    [
      'answers 404 with something else',
      { do: 'status', status: 404, body: 'Not Found' } as const,
      'SourceMissing',
    ],
    ['answers HTML', { do: 'html' } as const, 'SourceUnreachable'],
    [
      'answers JSON of another shape',
      { do: 'status', status: 200, body: '{"a":1}' } as const,
      'SourceUnreachable',
    ],
    ['is overloaded', { do: 'status', status: 503 } as const, 'SourceBusy'],
  ])('and %s proves nothing about recordings', async (_name, step, type) => {
    const archive = await startArchive();
    archive.always('/list', step);
    const other = createPlayback({ baseUrl: archive.url, downloader });
    await expect(other.list({ path, ...whole, signal })).rejects.toMatchObject({ type });
    await archive.close();
  });
});

describe('an MP4 that was cut', () => {
  test('in any place is no whole one', async () => {
    const toPath = join(dir, 'cut.mp4');
    const { sizeBytes } = await playback.fetchSpan({ path, span: second(), toPath, signal });
    await readSpanFile(toPath);
    for (const size of [sizeBytes - 1, sizeBytes >> 1, 100, 20, 4, 0]) {
      await truncate(toPath, size);
      await expect(readSpanFile(toPath)).rejects.toMatchObject({ type: 'SourceUnreachable' });
    }
    await writeFile(toPath, '<html>');
    await expect(readSpanFile(toPath)).rejects.toMatchObject({ type: 'SourceUnreachable' });
  });
});

describe('the Control API', () => {
  test('tells a live path, and that it is gone after', async () => {
    const control = createControl({ baseUrl: mediamtx.apiUrl, credentials: mediamtx.users.api });
    const publishing = publish(3);
    await expect
      .poll(() => control.getPath({ name: path, signal }), { timeout: 10_000 })
      .toMatchObject({ name: path, available: true, online: true, readerCount: 0 });
    expect((await control.listPaths(signal)).map(({ name }) => name)).toEqual([path]);
    await publishing;
    await expect.poll(() => control.getPath({ name: path, signal }), { timeout: 10_000 }).toBeUndefined();
    expect(await control.listPaths(signal)).toEqual([]);
  });

  test('refuses the reader', async () => {
    const { apiUrl: baseUrl, users } = mediamtx;
    const control = createControl({ baseUrl, credentials: users.reader });
    await expect(control.listPaths(signal)).rejects.toMatchObject({ type: 'AuthRejected' });
  });
});
