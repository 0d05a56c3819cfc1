import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flvTimedPackets } from '../../src/media/packets/flv-timed-packets.ts';
import { memorySource } from '../../src/media/scan/byte-source.ts';
import { makeClip } from '../fakes/clips.ts';
import { scanner, scratch } from './media-kit.ts';

const execute = promisify(execFile);

let place: Awaited<ReturnType<typeof scratch>>;
let path: string;
let bytes: Buffer;

beforeAll(async () => {
  place = await scratch();
  path = await makeClip({ dir: place.dir, container: 'flv', bFrames: 2, gopFrames: 25, seconds: 8 });
  bytes = await readFile(path);
});
afterAll(async () => {
  await scanner.close();
  await place.remove();
});

const packetsFrom = (startByte: number, of: Buffer = bytes) =>
  flvTimedPackets({ source: memorySource(of.subarray(startByte)), startByte, isWhole: startByte === 0 });

/** `video,0.120000,0.080000` for each packet, as ffprobe prints it. */
async function probed(): Promise<string[]> {
  const entries = ['-show_entries', 'packet=codec_type,pts_time,dts_time', '-of', 'csv=p=0'];
  const { stdout } = await execute('ffprobe', ['-v', 'error', ...entries, path]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.replace(/,+$/, ''));
}

const asProbed = (packets: NonNullable<ReturnType<typeof packetsFrom>>): string[] =>
  packets.map(
    ({ isVideo, ptsSeconds, dtsSeconds }) =>
      `${isVideo ? 'video' : 'audio'},${ptsSeconds.toFixed(6)},${dtsSeconds.toFixed(6)}`,
  );

describe('flvTimedPackets', () => {
  it('lists what ffprobe lists', async () => {
    expect(asProbed(packetsFrom(0)!)).toEqual(await probed());
  });

  it('finds its way from the middle of a packet', async () => {
    const tail = asProbed(packetsFrom(Math.floor(bytes.length / 2))!);
    expect(tail.length).toBeGreaterThan(50);
    expect(tail).toEqual((await probed()).slice(-tail.length));
  });

  it('leaves a file that ends inside a packet to others', () => {
    expect(packetsFrom(0, bytes.subarray(0, -30))).toBeUndefined();
  });

  it('leaves a broken chain of tags to others', () => {
    const broken = Buffer.from(bytes);
    broken.fill(0xee, broken.length - 4000, broken.length - 3000);
    expect(packetsFrom(0, broken)).toBeUndefined();
  });
});
