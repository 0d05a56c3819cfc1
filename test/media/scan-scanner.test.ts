// The scanner as its callers see it: stretches of wall time, progress, an abort at once, threads that come back.
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isFault } from '../../src/domain/fault.ts';
import { createScanner } from '../../src/media/scan/scanner.ts';
import { cutFile, makeClip, remuxClip, type ClipContainer } from '../fakes/clips.ts';
import { openScanBench, type ScanBench } from './scan-fixtures.ts';

let bench: ScanBench;
let base: string;

beforeAll(async () => {
  bench = await openScanBench();
  const holes = [{ startSeconds: 6, lengthSeconds: 5 }];
  base = await makeClip({ dir: bench.dir, seconds: 20, fps: 10, bFrames: 2, holes, container: 'mp4' });
});

afterAll(() => bench.close());

const startMs = Date.UTC(2026, 8, 13, 8);
const request = (path: string, seconds = 20) => ({
  path,
  segment: { startMs, endMs: startMs + seconds * 1000 },
  gapThresholdSeconds: 2,
  origin: 'segment' as const,
  signal: new AbortController().signal,
});

describe('scanSegment', () => {
  test.each<ClipContainer>(['flv', 'mp4', 'fmp4', 'mpegts', 'matroska'])(
    'finds the hole of a %s file',
    async (container) => {
      const path = await remuxClip({ from: base, dir: bench.dir, container });
      const scan = await bench.scanner.scanSegment(request(path));
      expect(scan).toMatchObject({
        mediaClass: 'ok',
        corrupt: false,
        usedFallback: container === 'matroska',
      });
      expect(scan.missing).toHaveLength(1);
      const [hole] = scan.missing;
      expect(Math.abs(hole!.startMs - startMs - 6000)).toBeLessThanOrEqual(120);
      expect(Math.abs(hole!.endMs - startMs - 11_000)).toBeLessThanOrEqual(120);
      expect(scan.missingSeconds).toBeCloseTo(5, 1);
      expect(scan.covered).toHaveLength(2);
      expect(scan.audio.present).toBe(true);
      expect(scan.streamKey).toBeDefined();
    },
  );

  test.each<ClipContainer>(['flv', 'fmp4', 'mpegts', 'matroska'])(
    'says what a %s file that was cut short lacks',
    async (container) => {
      const path = await remuxClip({ from: base, dir: bench.dir, container });
      await cutFile(path, Math.floor((await readFile(path)).length * 0.75) + 1);
      const scan = await bench.scanner.scanSegment(request(path));
      expect(scan.mediaClass).toBe('truncated');
      expect(scan.missing.at(-1)).toMatchObject({ endMs: startMs + 20_000, cause: 'neverDownloaded' });
      expect(scan.missingSeconds).toBeGreaterThan(7);
    },
  );

  test('a recording at one picture a second with reordered pictures misses nothing', async () => {
    for (const container of ['flv', 'mp4', 'mpegts'] as const) {
      const path = await makeClip({
        dir: bench.dir,
        container,
        fps: 1,
        bFrames: 3,
        seconds: 20,
        audio: false,
      });
      const scan = await bench.scanner.scanSegment(request(path));
      expect([container, scan.mediaClass, scan.missingSeconds]).toEqual([container, 'ok', 0]);
    }
  });

  test('a known wall time of the file puts its pictures there', async () => {
    const path = await makeClip({ dir: bench.dir, container: 'fmp4', seconds: 5 });
    const scan = await bench.scanner.scanSegment({
      ...request(path),
      origin: { wallAtPtsZeroMs: startMs + 10_000 },
    });
    expect(scan.missing.map((stretch) => [stretch.startMs - startMs, stretch.endMs - startMs])).toEqual([
      [0, 10_000],
      [15_000, 20_000],
    ]);
    expect(scan.covered).toMatchObject([{ ptsSeconds: 0 }]);
  });

  test('sound alone is no video', async () => {
    const path = join(bench.dir, 'sound.mp4');
    await promisify(execFile)('ffmpeg', [
      '-nostdin',
      '-v',
      'error',
      '-i',
      base,
      '-map',
      '0:a',
      '-c',
      'copy',
      path,
    ]);
    expect(await bench.scanner.scanSegment(request(path))).toMatchObject({
      mediaClass: 'noVideo',
      missingSeconds: 20,
    });
  });

  test('a transport stream recorded twice into one file is a discontinuity', async () => {
    const path = await remuxClip({ from: base, dir: bench.dir, container: 'mpegts' });
    const bytes = await readFile(path);
    await writeFile(path, Buffer.concat([bytes, bytes]));
    expect((await bench.scanner.scanSegment(request(path))).mediaClass).toBe('discontinuity');
  });

  test('a transport stream whose pictures carry no time, or that has no tables, is left to ffprobe', async () => {
    const bytes = await readFile(await remuxClip({ from: base, dir: bench.dir, container: 'mpegts' }));
    const untimed = Buffer.from(bytes);
    for (
      let at = untimed.indexOf('000001e0', 'hex');
      at >= 0;
      at = untimed.indexOf('000001e0', at + 4, 'hex')
    ) {
      if (at > 100_000) untimed[at + 7]! &= 0x3f;
    }
    const untabled = Buffer.from(bytes);
    for (let at = 0; at < bytes.length; at += 188)
      if ((bytes.readUInt16BE(at + 1) & 0x1fff) === 0) untabled[at + 2] = 0x77;
    for (const [name, changed] of Object.entries({ untimed, untabled })) {
      const path = join(bench.dir, `${name}.ts`);
      await writeFile(path, changed);
      const scan = await bench.scanner.scanSegment(request(path));
      expect([name, scan.usedFallback]).toEqual([name, true]);
      expect(scan.videoPackets).toBeGreaterThan(20);
    }
  });

  test('names that look like options or protocols are names', async () => {
    for (const name of ['-i.mkv', 'concat:a|b.mkv', "it's 100% 'quoted'\n.mkv"]) {
      const path = join(bench.dir, name);
      await writeFile(
        path,
        await readFile(await remuxClip({ from: base, dir: bench.dir, container: 'matroska' })),
      );
      expect((await bench.scanner.scanSegment(request(path))).missingSeconds).toBeCloseTo(5, 1);
    }
  });
});

test('progress counts the bytes read', async () => {
  const path = await remuxClip({ from: base, dir: bench.dir, container: 'mpegts' });
  const seen: number[] = [];
  await bench.scanner.scanSegment({ ...request(path), onProgress: ({ readBytes }) => seen.push(readBytes) });
  expect(seen.at(-1)).toBeGreaterThanOrEqual((await readFile(path)).length);
});

test('a progress callback that throws ends its own scan with its own error', async () => {
  const refusal = new Error('no heartbeat');
  const refuse = (): never => {
    throw refusal;
  };
  await expect(bench.scanner.scanSegment({ ...request(base), onProgress: refuse })).rejects.toBe(refusal);
  expect((await bench.scanner.scanSegment(request(base))).mediaClass).toBe('ok');
});

test('a missing file and a directory are NotFound', async () => {
  await mkdir(join(bench.dir, 'folder.flv'));
  for (const name of ['absent.flv', 'folder.flv']) {
    const error = await bench.scanner
      .scanSegment(request(join(bench.dir, name)))
      .catch((caught: unknown) => caught);
    expect(isFault(error, 'NotFound')).toBe(true);
  }
});

test('an abort rejects at once with its own reason, and the thread goes on to the next file', async () => {
  const path = await remuxClip({ from: base, dir: bench.dir, container: 'flv' });
  const reason = new Error('the activity was cancelled');
  const abort = new AbortController();
  const scans = Array.from({ length: 8 }, () =>
    bench.scanner.scanSegment({ ...request(path), signal: abort.signal }),
  );
  abort.abort(reason);
  const ends = await Promise.allSettled(scans);
  expect(ends.every((end) => end.status === 'rejected' && end.reason === reason)).toBe(true);
  expect((await bench.scanner.scanSegment(request(path))).mediaClass).toBe('ok');
  await expect(bench.scanner.scanSegment({ ...request(path), signal: abort.signal })).rejects.toBe(reason);
});

test('many scans at once share the threads and all answer', async () => {
  const scanner = createScanner({ run: bench.run, ffprobePath: 'ffprobe', threads: 2 });
  const scans = await Promise.all(Array.from({ length: 100 }, () => scanner.scanSegment(request(base))));
  expect(new Set(scans.map((scan) => scan.missingSeconds)).size).toBe(1);
  await scanner.close();
});

test('a closed scanner rejects what waits and what comes', async () => {
  const scanner = createScanner({ run: bench.run, ffprobePath: 'ffprobe', threads: 1 });
  const waiting = Promise.allSettled([
    scanner.scanSegment(request(base)),
    scanner.scanSegment(request(base)),
  ]);
  await scanner.close();
  expect((await waiting).every((end) => end.status === 'rejected')).toBe(true);
  await expect(scanner.scanSegment(request(base))).rejects.toThrow(/closed/);
});
