// Containers are told by their bytes; what only calls itself a video is not media.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sniffContainer } from '../../src/media/scan/sniff.ts';
import { openScanBench, type ScanBench } from './scan-fixtures.ts';

let bench: ScanBench;

beforeAll(async () => {
  bench = await openScanBench();
});

afterAll(() => bench.close());

const transport = Buffer.alloc(188 * 8);
for (let at = 0; at < transport.length; at += 188) transport[at] = 0x47;

describe('sniffContainer', () => {
  test.each<[string, Uint8Array, string]>([
    ['nothing', Buffer.alloc(0), 'empty'],
    ['an FLV head', Buffer.from('FLV\x01\x05\0\0\0\x09\0\0\0\0', 'latin1'), 'flv'],
    ['an MP4 head', Buffer.from('\0\0\0\x20ftypisom\0\0\x02\0', 'latin1'), 'mp4'],
    ['a fragment without its head', Buffer.from('\0\0\0\x20moof\0\0\0\0', 'latin1'), 'mp4'],
    ['a Matroska head', Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0, 0]), 'matroska'],
    ['packets of 188 bytes', transport, 'mpegts'],
    ['packets of 188 bytes, the first one cut', transport.subarray(100), 'mpegts'],
    [
      'an HTML page',
      Buffer.from('<!DOCTYPE html><html><body>Gateway timeout</body></html>'.repeat(20)),
      'notMedia',
    ],
    ['an HLS playlist', Buffer.from('#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n'), 'notMedia'],
    ['a concat list', Buffer.from("ffconcat version 1.0\nfile 'other.flv'\n"), 'notMedia'],
    [
      'text that begins with a sync byte',
      Buffer.from('GET / HTTP/1.1 404 Not Found\n'.repeat(40)),
      'notMedia',
    ],
    ['the letters FLV alone', Buffer.from('FLV'), 'notMedia'],
    ['zeros', Buffer.alloc(4096), 'notMedia'],
  ])('%s', (_name, bytes, expected) => {
    expect(sniffContainer(bytes)).toBe(expected);
  });
});

const segment = { startMs: 1_000_000, endMs: 1_060_000 };

test.each([
  ['an empty file', '', 'empty'],
  ['an HTML page', '<html><head><title>502</title></head></html>', 'notMedia'],
  ['a playlist', '#EXTM3U\nneighbour.flv\n', 'notMedia'],
  ['a concat list', "ffconcat version 1.0\nfile 'neighbour.flv'\n", 'notMedia'],
])('%s called .flv covers nothing, and is no error', async (name, text, mediaClass) => {
  const path = join(bench.dir, `${name}.flv`);
  await writeFile(path, text);
  const scan = await bench.scanner.scanSegment({
    path,
    segment,
    gapThresholdSeconds: 2,
    origin: 'segment',
    signal: new AbortController().signal,
  });
  expect(scan).toMatchObject({
    mediaClass,
    missingSeconds: 60,
    covered: [],
    videoPackets: 0,
    usedFallback: false,
  });
  expect(scan.missing).toEqual([{ ...segment, cause: 'rejected' }]);
});
