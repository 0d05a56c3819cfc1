// What we ask ffprobe, and what it may not do: follow a playlist, leave the machine, read a name as an option.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isFault } from '../../src/domain/fault.ts';
import { countVideoPacketsArgs, createProbe, probeArgs, readProbeDocument } from '../../src/media/probe.ts';
import { ffprobeTimesArgs } from '../../src/media/scan/ffprobe-times.ts';
import { makeClip, remuxClip } from '../fakes/clips.ts';
import { openScanBench, type ScanBench } from './scan-fixtures.ts';

let bench: ScanBench;
const signal = new AbortController().signal;

beforeAll(async () => {
  bench = await openScanBench();
});

afterAll(() => bench.close());

describe('arguments', () => {
  const file = { path: '/media/-i http://x.flv', container: 'flv' } as const;
  test.each([
    ['probe', probeArgs(file)],
    ['count', countVideoPacketsArgs(file)],
    ['times', ffprobeTimesArgs(file)],
  ])('%s forces the demuxer, allows local files only and passes the name as one word', (_name, args) => {
    expect(args.slice(-8)).toEqual([
      ...['-max_streams', '64', '-protocol_whitelist', 'file'],
      ...['-f', 'flv', '-i', 'file:/media/-i http://x.flv'],
    ]);
  });

  test.each([
    ['mp4', 'mov'],
    ['mpegts', 'mpegts'],
    ['matroska', 'matroska'],
  ] as const)('%s is read by the demuxer %s', (container, demuxer) => {
    expect(probeArgs({ path: '/a', container })).toContain(demuxer);
  });
});

test('tells the streams of a file, and a key that another segment of the same encoder shares', async () => {
  const { probe } = createProbe({ run: bench.run, ffprobePath: 'ffprobe' });
  const path = await makeClip({ dir: bench.dir, bFrames: 2, seconds: 3 });
  const facts = await probe({ path, signal });
  expect(facts).toMatchObject({ container: 'mp4', startSeconds: 0 });
  expect(facts.durationSeconds).toBeCloseTo(3, 1);
  expect(facts.streams).toMatchObject([
    { kind: 'video', codec: 'h264', width: 160, height: 120, pixelFormat: 'yuv420p', frameRate: 25 },
    { kind: 'audio', codec: 'aac', rateHz: 44_100, channels: 1 },
  ]);
  const next = await makeClip({ dir: bench.dir, bFrames: 2, seconds: 2, pattern: 'smptebars' });
  const larger = await makeClip({ dir: bench.dir, bFrames: 2, seconds: 2, size: '320x240' });
  expect((await probe({ path: next, signal })).streamKey).toBe(facts.streamKey);
  expect((await probe({ path: larger, signal })).streamKey).not.toBe(facts.streamKey);
});

test('counts the video packets of every container', async () => {
  const { countVideoPackets } = createProbe({ run: bench.run, ffprobePath: 'ffprobe' });
  const from = await makeClip({ dir: bench.dir, seconds: 3 });
  for (const container of ['mp4', 'flv', 'mpegts', 'matroska'] as const) {
    const path = await remuxClip({ from, dir: bench.dir, container });
    expect([container, await countVideoPackets({ path, signal })]).toEqual([container, 75]);
  }
});

test.each([
  ['a concat list that names a neighbour', "ffconcat version 1.0\nfile 'neighbour.mp4'\n"],
  ['a playlist', '#EXTM3U\n#EXTINF:3,\nneighbour.mp4\n'],
  ['an error page', '<html>404</html>'],
  ['nothing', ''],
])('%s is unreadable, whatever its name', async (name, text) => {
  const { probe, countVideoPackets } = createProbe({ run: bench.run, ffprobePath: 'ffprobe' });
  await makeClip({ dir: bench.dir, name: 'neighbour', seconds: 1 });
  const path = join(bench.dir, `${name}.flv`);
  await writeFile(path, text);
  for (const ask of [probe, countVideoPackets]) {
    const asIs = await ask({ path, signal }).catch((error: unknown) => error);
    expect(isFault(asIs, 'MediaUnreadable')).toBe(true);
    const forced = await ask({ path, signal, container: 'flv' }).catch((error: unknown) => error);
    expect(isFault(forced, 'MediaUnreadable')).toBe(true);
  }
});

test('an answer that is no document is a fault, an odd value is left out', () => {
  const file = { path: '/a.flv', container: 'flv' } as const;
  expect(() => readProbeDocument('{', file)).toThrow(/unknown form/);
  const json = JSON.stringify({
    format: { duration: 'N/A' },
    streams: [{ index: 0, codec_type: 'video', width: -4 }],
  });
  expect(readProbeDocument(json, file)).toEqual({
    container: 'flv',
    streams: [{ index: 0, kind: 'video', codec: 'unknown' }],
    streamKey: 'ffprobe:unknown:0x0:: silent',
  });
});

test('an abort ends the probe', async () => {
  const { probe } = createProbe({ run: bench.run, ffprobePath: 'ffprobe' });
  const path = await makeClip({ dir: bench.dir, seconds: 1 });
  const abort = new AbortController();
  const asked = probe({ path, signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(asked).rejects.toThrow('enough');
});
