import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tileCoverage } from '../../src/domain/coverage.ts';
import type { SegmentScan } from '../../src/domain/gap-report.ts';
import { parseCoverageFile, toCoverageFile } from '../../src/storage/coverage-file.ts';
import { fromGapReport, parseGapReport, toGapReport } from '../../src/storage/gap-report-file.ts';
import { createStorage, type Storage } from '../../src/storage/storage.ts';

const startMs = Date.parse('2018-03-18T01:45:00Z');
const segment = { cameraId: 'cam-1', startUnix: startMs / 1000, seconds: 900 };
const at = (second: number): number => startMs + second * 1000;

/** Picture from 2 to 100.5 s and from 110.5 to 890 s of the segment. */
const scan: SegmentScan = {
  mediaClass: 'ok',
  container: 'flv',
  covered: [
    { startMs: at(2), endMs: at(100.5), ptsSeconds: 0 },
    { startMs: at(110.5), endMs: at(890), ptsSeconds: 98.5 },
  ],
  missing: [
    { startMs: at(0), endMs: at(2), cause: 'sourceHadNone' },
    { startMs: at(100.5), endMs: at(110.5), cause: 'sourceHadNone' },
    { startMs: at(890), endMs: at(900), cause: 'neverDownloaded' },
  ],
  missingSeconds: 22,
  videoPackets: 21_000,
  firstPtsSeconds: 0,
  lastPtsSeconds: 888,
  streamKey: 'h264/high/640x480',
  audio: { present: true, missingSeconds: 1.5 },
};
const facts = {
  scan,
  attempts: 2,
  file: { sizeBytes: 4, sha256: 'ab'.repeat(32) },
  segment,
  localTime: '2018-03-18T07:45:00+06:00',
  tool: 'longtake 0.1.0',
};

describe('the gap report', () => {
  it('speaks to readers of the old form: true starts, trailing shortfall, the same sum', () => {
    const report = toGapReport(facts);
    expect(report).toMatchObject({
      localtime: '2018-03-18T07:45:00+06:00',
      attempts: 2,
      duration_error: 10,
      maxdiff_errors: [
        { start: 0, len: 2 },
        { start: 100.5, len: 10 },
      ],
    });
    expect(report.invalid_file).toBeUndefined();
    const oldSum =
      report.maxdiff_errors.reduce((sum, hole) => sum + hole.len, 0) + (report.duration_error ?? 0);
    expect(oldSum).toBe(report.missing_seconds);
  });

  it('comes back from disk as the same facts', () => {
    const parsed = parseGapReport(JSON.parse(JSON.stringify(toGapReport(facts))));
    expect(parsed?.form).toBe('current');
    expect(parsed?.form === 'current' && fromGapReport(parsed.report)).toEqual(facts);
  });

  it('calls a file without picture invalid, so that the old sum is the whole segment', () => {
    const missing = [{ startMs: at(0), endMs: at(900), cause: 'rejected' as const }];
    const empty: SegmentScan = { ...scan, mediaClass: 'notMedia', covered: [], missing, missingSeconds: 900 };
    expect(toGapReport({ ...facts, scan: empty })).toMatchObject({
      invalid_file: true,
      maxdiff_errors: [],
      missing_seconds: 900,
      class: 'notMedia',
    });
  });

  it.each([
    [
      { localtime: 'x', attempts: 1, maxdiff_errors: [{ start: 2, len: 10.5 }] },
      { form: 'old', attempts: 1 },
    ],
    [
      { localtime: 'x', attempts: 3, invalid_file: true },
      { form: 'old', attempts: 3 },
    ],
    [
      { localtime: 'x', attempts: 1, duration_error: 899.96, maxdiff_errors: [] },
      { form: 'old', attempts: 1 },
    ],
    [{ attempts: 1 }, undefined],
    ['text', undefined],
    [null, undefined],
  ])('of the form %j is read as %j', (document, expected) => {
    expect(parseGapReport(document)).toEqual(expected);
  });
});

describe('the coverage file', () => {
  const window = { startMs: at(0), endMs: at(900) };
  const intervals = tileCoverage({
    window,
    stretches: [
      {
        startMs: at(2),
        endMs: at(100),
        state: 'present',
        file: 'merged/a.mp4',
        sha256: 'cd'.repeat(32),
        mediaStartSeconds: 0,
      },
      { startMs: at(100), endMs: at(150), state: 'sourceHadNone' },
      { startMs: at(150), endMs: at(890), state: 'present', file: 'merged/a.mp4', mediaStartSeconds: 148 },
      { startMs: at(0), endMs: at(2), state: 'rejected' },
    ],
  });
  const coverageFacts = {
    plan: 'plan-1',
    camera: 'cam-1',
    date: '2018-03-18',
    window,
    toleranceWindow: { startMs: at(120), endMs: at(5000) },
    intervals,
    files: [
      {
        path: 'merged/a.mp4',
        startAt: '2018-03-18T01:45:02Z',
        durationSeconds: 888,
        sizeBytes: 4,
        sha256: 'cd'.repeat(32),
      },
    ],
    tools: { longtake: '0.1.0' },
  };

  it('adds up what is missing, by cause and inside the tolerance window cut to the plan', () => {
    const document = toCoverageFile(coverageFacts);
    expect(document.missingSeconds).toEqual({
      total: 62,
      insideToleranceWindow: 40,
      sourceHadNone: 50,
      neverDownloaded: 10,
      rejected: 2,
    });
    expect(document.toleranceWindow).toEqual({
      startAt: '2018-03-18T01:47:00Z',
      endAt: '2018-03-18T02:00:00Z',
    });
    expect(parseCoverageFile(JSON.parse(JSON.stringify(document)))).toEqual(document);
  });

  it('is no coverage file when its intervals leave a hole or overlap', () => {
    const document = toCoverageFile(coverageFacts);
    expect(parseCoverageFile({ ...document, intervals: document.intervals.slice(1) })).toBeUndefined();
    expect(parseCoverageFile({ ...document, intervals: [...document.intervals].reverse() })).toBeUndefined();
    expect(() => toCoverageFile({ ...coverageFacts, intervals: intervals.slice(0, -1) })).toThrow(/tile/);
  });

  describe('and reports on disk', () => {
    let mediaRoot: string;
    let storage: Storage;
    beforeEach(async () => {
      mediaRoot = await mkdtemp(join(tmpdir(), 'longtake-sidecars-'));
      storage = createStorage({ mediaRoot });
    });
    afterEach(() => rm(mediaRoot, { recursive: true, force: true }));

    it('fit their media, until it changes in size or time', async () => {
      const path = storage.resolve('a.flv');
      await writeFile(path, 'film');
      expect(await storage.readGapReport('a.flv')).toBeUndefined();
      await storage.writeJson('a.flv.gapreport.json', toGapReport(facts));
      expect(await storage.readGapReport('a.flv')).toMatchObject({ attempts: 2, stale: false });
      const later = new Date(Date.now() + 5000);
      await utimes(path, later, later);
      expect(await storage.readGapReport('a.flv')).toMatchObject({ attempts: 2, stale: true });
      await writeFile(path, 'longer film');
      expect(await storage.readGapReport('a.flv')).toMatchObject({ stale: true });
      await rm(path);
      expect(await storage.readGapReport('a.flv')).toBeUndefined();
    });

    it('of the old form are stale and keep their attempts, damaged ones do not exist', async () => {
      await writeFile(storage.resolve('a.flv'), 'film');
      await storage.writeJson('a.flv.gapreport.json', { localtime: 'x', attempts: 5, maxdiff_errors: [] });
      expect(await storage.readGapReport('a.flv')).toEqual({ attempts: 5, stale: true });
      await writeFile(storage.resolve('a.flv.gapreport.json'), '{"localtime":');
      expect(await storage.readGapReport('a.flv')).toBeUndefined();
    });

    it('of merged files are stale when one of the files is gone or changed', async () => {
      const path = 'merged/a.mp4.coverage.json';
      await storage.writeJson(path, toCoverageFile(coverageFacts));
      expect(await storage.readCoverage(path)).toMatchObject({ stale: true });
      await writeFile(storage.resolve('merged/a.mp4'), 'film');
      await storage.writeJson(path, toCoverageFile(coverageFacts));
      expect(await storage.readCoverage(path)).toMatchObject({ stale: false });
      await writeFile(storage.resolve('merged/a.mp4'), 'other');
      expect(await storage.readCoverage(path)).toMatchObject({ stale: true });
      expect(await storage.readCoverage('merged/none.json')).toBeUndefined();
    });

    it('are written whole', async () => {
      await storage.writeJson('merged/x/a.json', { a: 1 });
      expect(JSON.parse(await readFile(storage.resolve('merged/x/a.json'), 'utf8'))).toEqual({ a: 1 });
    });
  });
});
