import { readFile, writeFile } from 'node:fs/promises';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanDocument } from '../../../src/contract/plan.ts';
import type { ArchiveStep } from '../../fakes/archive.ts';
import { cutFile, ffprobeTimes, makeClip, remuxClip } from '../../fakes/clips.ts';
import { tempDir, type TempDir } from '../../setup/temp-dir.ts';
import { dayOf, startPlanStack, unixAt, type PlanStack } from './plan-stack.ts';

const startUnix = unixAt('10:00:00');
let stack: PlanStack;
let dir: TempDir;
let plan: PlanDocument;
let clip: string;
let clipBytes: number;

/** A camera whose only segment is `file`, with a script for its first requests. */
async function camera(id: string, file: string, ...steps: ArchiveStep[]): Promise<string> {
  stack.archive.serve(`/${id}/${startUnix}.flv`, file);
  stack.archive.script(`/${id}/${startUnix}.flv`, ...steps);
  const archiveUrl = `${stack.archive.url}/{id}/{startUnix}.flv`;
  await stack.addCamera({ id, archiveKind: 'http', archiveUrl });
  return id;
}

/** One camera, two segments. */
async function pair(id: string, first: string, second: string): Promise<string> {
  stack.archive.serve(`/${id}/${startUnix + 4}.flv`, second);
  return await camera(id, first);
}

const textFile = async (name: string, text: string): Promise<string> => {
  await writeFile(join(dir.path, name), text);
  return join(dir.path, name);
};

const many = (step: ArchiveStep): ArchiveStep[] => Array.from({ length: 50 }, () => step);

async function oneSegmentCameras(): Promise<string[]> {
  const half = Math.floor(clipBytes / 2);
  const cut = await cutFile(await makeClip({ dir: dir.path, name: 'cut', container: 'flv' }), half);
  const neighbour = await makeClip({ dir: dir.path, name: 'neighbour', container: 'flv' });
  const ffconcat = await textFile('ffconcat.flv', `ffconcat version 1.0\nfile ${neighbour}\n`);
  const hls = `#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile://${neighbour}\n#EXT-X-ENDLIST\n`;
  const busy: ArchiveStep = { do: 'status', status: 503, headers: { 'retry-after': '2' } };
  stack.archive.always(`/gone/${startUnix}.flv`, { do: 'status', status: 404 });
  return Promise.all([
    camera('gone', clip),
    camera('busy', clip, busy, busy),
    camera('reset', clip, { do: 'resetAfter', bytes: half }),
    camera('no-range', clip, { do: 'resetAfter', bytes: half }, { do: 'ignoreRange' }),
    camera('drips-once', clip, { do: 'drip', bytesPerSecond: 1 }),
    camera('silent-once', clip, { do: 'silentAfter', bytes: half }),
    camera('promises-more', clip, ...many({ do: 'contentLength', bytes: clipBytes + 1000 })),
    camera('promises-less', clip, { do: 'contentLength', bytes: half }),
    camera('truncated', cut),
    camera('html', clip, { do: 'html' }, { do: 'html' }),
    camera('ffconcat', ffconcat),
    camera('hls', await textFile('hls.flv', hls)),
    camera('drips', clip, ...many({ do: 'drip', bytesPerSecond: 1 })),
  ]);
}

async function twoSegmentCameras(): Promise<string[]> {
  const whole = await makeClip({ dir: dir.path, name: 'eight', container: 'flv', seconds: 8 });
  const cutOut = (name: string, from: number, seconds: number) =>
    remuxClip({
      from: whole,
      dir: dir.path,
      container: 'flv',
      name,
      inputArgs: ['-ss', `${from}`, '-t', `${seconds}`],
    });
  const other = await makeClip({ dir: dir.path, container: 'flv', size: '320x240' });
  return Promise.all([
    pair('codec-change', clip, other),
    pair('overlap', await cutOut('first-seven', 0, 7), await cutOut('last-four', 4.1, 4)),
  ]);
}

let pairs: PlanDocument;
beforeAll(async () => {
  dir = await tempDir();
  stack = await startPlanStack({ settings: { download: { giveUpSeconds: 12 } } });
  clip = await makeClip({ dir: dir.path, container: 'flv', seconds: 4 });
  clipBytes = statSync(clip).size;
  const [ids, pairIds] = await Promise.all([oneSegmentCameras(), twoSegmentCameras()]);
  [plan, pairs] = await Promise.all([
    stack.run({ window: '10:00:00-10:00:04', cameras: { ids } }),
    stack.run({ window: '10:00:00-10:00:08', cameras: { ids: pairIds } }),
  ]);
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await dir.remove();
});

const requestsOf = (id: string) => stack.archive.requests.filter(({ url }) => url.startsWith(`/${id}/`));
const segmentOf = (id: string) => dayOf(plan, id).segments[0]!;
const bytesOf = async (id: string) => readFile(stack.media(segmentOf(id).path!));

describe('an archive that', () => {
  test('answers 404 had none: two attempts, no file', () => {
    expect(segmentOf('gone')).toMatchObject({ state: 'incomplete', attempts: 2, missingSeconds: 4 });
    expect(segmentOf('gone').path).toBeUndefined();
    expect(requestsOf('gone')).toHaveLength(2);
  });

  test('answers 503 is waited for as long as it asks, and no attempt is counted', () => {
    expect(segmentOf('busy')).toMatchObject({ state: 'complete', attempts: 1 });
    const [first, second, third] = requestsOf('busy').map(({ atMs }) => atMs);
    expect(second! - first!).toBeGreaterThanOrEqual(2000);
    expect(third! - second!).toBeGreaterThanOrEqual(2000);
  });

  test.each(['reset', 'silent-once'])('breaks off (%s) is asked for the rest alone', async (id) => {
    expect(segmentOf(id)).toMatchObject({ state: 'complete', attempts: 1 });
    const [first, second] = requestsOf(id);
    expect(first?.headers.range).toBeUndefined();
    expect(second?.headers.range).toBe(`bytes=${Math.floor(clipBytes / 2)}-`);
    expect(second?.headers['if-range']).toMatch(/^"/);
    expect(requestsOf(id)).toHaveLength(2);
    expect(await bytesOf(id)).toEqual(await readFile(clip));
  });

  test('drips is dropped after stallSeconds and resumed', async () => {
    expect(segmentOf('drips-once')).toMatchObject({ state: 'complete', attempts: 1 });
    const [first, second] = requestsOf('drips-once');
    expect(second!.atMs - first!.atMs).toBeLessThan(11_500);
    expect(second?.headers.range).toMatch(/^bytes=[1-9]/);
    expect(await bytesOf('drips-once')).toEqual(await readFile(clip));
  });

  test('drips for ever is given up, unfinished, without a counted attempt', () => {
    expect(dayOf(plan, 'drips')).toMatchObject({
      state: 'refused',
      missingSeconds: 4,
      reason: expect.stringContaining('unfinished'),
    });
    expect(segmentOf('drips')).toMatchObject({ attempts: 0, state: 'failed' });
    expect(segmentOf('drips').reason).toContain('SourceStalled');
  });

  test('knows no Range is read from the start', async () => {
    expect(segmentOf('no-range')).toMatchObject({ state: 'complete', attempts: 1 });
    expect(await bytesOf('no-range')).toEqual(await readFile(clip));
  });

  test('promises more than it has is taken for what it has', async () => {
    expect(segmentOf('promises-more')).toMatchObject({ state: 'complete', missingSeconds: 0 });
    expect(await bytesOf('promises-more')).toEqual(await readFile(clip));
  });

  test('promises less than it has is asked again, and the whole file is kept', async () => {
    expect(segmentOf('promises-less')).toMatchObject({ state: 'complete', attempts: 2 });
    expect(await bytesOf('promises-less')).toEqual(await readFile(clip));
  });

  test('holds a truncated file is merged as far as it goes', async () => {
    const day = dayOf(plan, 'truncated');
    const times = await ffprobeTimes(stack.media(day.merged[0]!));
    expect(day).toMatchObject({
      state: 'incomplete',
      missingSeconds: expect.closeTo(4 - times.length / 25, 0.7),
    });
    expect(segmentOf('truncated')).toMatchObject({
      attempts: 2,
      reason: expect.stringContaining('truncated'),
    });
  });

  test.each(['html', 'ffconcat', 'hls'])(
    'answers %s instead of media: rejected, nothing published',
    async (id) => {
      expect(segmentOf(id)).toMatchObject({
        attempts: 2,
        missingSeconds: 4,
        reason: expect.stringContaining('notMedia'),
      });
      expect(segmentOf(id).path).toBeUndefined();
      const report = JSON.parse(
        await readFile(stack.media(`downloaded/${id}/${id}-${startUnix}-4s.mp4.gapreport.json`), 'utf8'),
      ) as { missing: { cause: string }[]; invalid_file: boolean };
      expect(report).toMatchObject({ invalid_file: true, missing: [{ cause: 'rejected' }] });
      expect(dayOf(plan, id).merged).toEqual([]);
    },
  );
});

describe('neighbouring segments', () => {
  test('of other codec parameters become two parts', async () => {
    const { merged, state } = dayOf(pairs, 'codec-change');
    expect(state).toBe('complete');
    expect(merged.map((path) => /part\d/.exec(path)?.[0])).toEqual(['part1', 'part2']);
    for (const path of merged) expect(await ffprobeTimes(stack.media(path))).toHaveLength(100);
  });

  test('that share three seconds are joined without a repeated or a lost picture', async () => {
    const { merged, state } = dayOf(pairs, 'overlap');
    expect(state).toBe('complete');
    const times = await ffprobeTimes(stack.media(merged[0]!));
    expect(times).toHaveLength(200);
    times.forEach((seconds, index) => expect(Math.abs(seconds - index / 25)).toBeLessThan(0.002));
  });
});
