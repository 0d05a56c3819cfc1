import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shareOneRecord } from '../../src/media/shared-record.ts';
import type { ClipSpec } from '../fakes/clips.ts';
import { neverAborted, numberedClip, scanner, scratch } from './media-kit.ts';
import { mergeDay, segmentSeconds } from './merge-day.ts';

const execute = promisify(execFile);
const flvHeadBytes = 13;

let place: Awaited<ReturnType<typeof scratch>>;
let first: string;
let second: string;
let other: string;

const clip = (name: string, spec: Partial<ClipSpec> & { baseSeconds?: number } = {}): Promise<string> =>
  numberedClip({
    ...{ dir: place.dir, name, container: 'flv', bFrames: 2, gopFrames: 25, seconds: segmentSeconds },
    ...spec,
  });

beforeAll(async () => {
  place = await scratch();
  first = await clip('first');
  second = await clip('second', { baseSeconds: segmentSeconds });
  other = await clip('other', { size: '256x32' });
});
afterAll(async () => {
  await scanner.close();
  await place.remove();
});

async function keyOf(path: string): Promise<string | undefined> {
  const read = await scanner.readTimes({ path, signal: neverAborted });
  return read.kind === 'times' ? read.times.streamKey : undefined;
}

const whole = { videoPackets: { least: 300, most: 300 }, firstPtsSeconds: 0, lastPtsSeconds: 12 };
const cut = { ...whole, videoPackets: { least: 299, most: 300 } };

const share = (
  paths: readonly string[],
  facts: { streamKey: string | undefined; expected?: typeof whole },
): Promise<boolean> =>
  shareOneRecord({
    files: paths.map((path) => ({ path, container: 'flv', expected: facts.expected ?? whole })),
    streamKey: facts.streamKey,
    signal: neverAborted,
  });

/** Hashes of the video packets as they stand in the file, in decode order. */
async function packetHashes(path: string): Promise<string[]> {
  const args = ['-nostdin', '-v', 'error', '-i', path, '-map', '0:v', '-c', 'copy', '-f', 'framemd5', '-'];
  const { stdout } = await execute('ffmpeg', args);
  const lines = stdout.split('\n').filter((line) => line && !line.startsWith('#'));
  return lines.map((line) => line.split(',').at(-1)!.trim());
}

describe('shareOneRecord', () => {
  it('holds for segments of one encoder', async () => {
    expect(await share([first, second], { streamKey: await keyOf(first) })).toBe(true);
  });

  it('does not hold where the parameters differ', async () => {
    expect(await share([first, other], { streamKey: await keyOf(first) })).toBe(false);
  });

  it('does not hold where a file changes its parameters in its middle', async () => {
    const changing = join(place.dir, 'changing.flv');
    const tail = (await readFile(other)).subarray(flvHeadBytes);
    await writeFile(changing, Buffer.concat([await readFile(first), tail]));
    expect(await share([changing], { streamKey: await keyOf(changing) })).toBe(false);
  });

  it('does not hold where only the length of the prefixes differs, which no stream key tells', async () => {
    const bytes = await readFile(second);
    // Version 1, then profile, compatibility and level as in the other file, then six reserved bits and the length.
    const record = bytes.indexOf(Buffer.from([0x17, 0, 0, 0, 0, 1])) + 5;
    bytes[record + 4] = bytes[record + 4]! ^ 2;
    const odd = join(place.dir, 'odd.flv');
    await writeFile(odd, bytes);
    expect(await keyOf(odd)).toBe(await keyOf(first));
    expect(await share([first, odd], { streamKey: await keyOf(first) })).toBe(false);
  });

  it('does not hold for a file that ends inside a packet, nor without a scan', async () => {
    const streamKey = await keyOf(first);
    expect(await share([first, second], { streamKey, expected: cut })).toBe(false);
    expect(await share([first, second], { streamKey: undefined })).toBe(false);
  });

  it('answers for a file that is no FLV at all', async () => {
    const text = join(place.dir, 'text.flv');
    await writeFile(text, 'FLV');
    expect(await share([text], { streamKey: await keyOf(first) })).toBe(false);
  });

  it('lets every packet of a merge pass as it is', async () => {
    const files = [first, second].map((path, index) => ({ path, startSeconds: index * segmentSeconds }));
    const merged = await mergeDay({ dir: place.dir, files });
    const sources = [...(await packetHashes(first)), ...(await packetHashes(second))];
    expect(await packetHashes(merged.files[0]!.path)).toEqual(sources);
  });
});
