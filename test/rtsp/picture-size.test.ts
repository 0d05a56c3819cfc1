import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { h264PictureSize, hevcPictureSize, type PictureSize } from '../../src/rtsp/picture-size.ts';

const execute = promisify(execFile);

/** NAL units of a stream with start codes. */
function nalUnits(stream: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let at = stream.indexOf('000001', 0, 'hex'); at >= 0; at = stream.indexOf('000001', at + 3, 'hex'))
    starts.push(at);
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? stream.length;
    // The zero before a long start code belongs to it.
    return stream.subarray(start + 3, stream[end - 1] === 0 && end < stream.length ? end - 1 : end);
  });
}

/** The sequence parameter set that a real encoder writes. */
async function sequenceSet(format: 'h264' | 'hevc', size: string, args: readonly string[]): Promise<Buffer> {
  const encoder = ['-c:v', format === 'h264' ? 'libx264' : 'libx265', '-threads', '1'];
  const quiet = format === 'hevc' && !args.includes('-x265-params') ? ['-x265-params', 'log-level=none'] : [];
  const input = ['-f', 'lavfi', '-i', `testsrc=s=${size}:r=25`, '-frames:v', '2'];
  const output = [...encoder, '-preset', 'ultrafast', ...quiet, ...args, '-f', format, 'pipe:1'];
  const { stdout } = await execute('ffmpeg', ['-nostdin', '-v', 'error', ...input, ...output], {
    encoding: 'buffer',
    maxBuffer: 1 << 26,
  });
  const set = nalUnits(stdout).find(([first = 0]) =>
    format === 'h264' ? (first & 31) === 7 : first >> 1 === 33,
  );
  if (!set) throw new Error('the encoder wrote no sequence parameter set');
  return set;
}

const sized = (size: string): PictureSize => {
  const [width, height] = size.split('x').map(Number);
  return { width: width!, height: height! };
};

describe('h264PictureSize reads what x264 writes', () => {
  it.each<[string, ...string[]]>([
    ['1920x1080'],
    ['322x242', '-profile:v', 'baseline', '-pix_fmt', 'yuv420p'],
    ['1920x1080', '-flags', '+ildct+ilme', '-x264-params', 'interlaced=1', '-pix_fmt', 'yuv420p'],
    ['720x576', '-pix_fmt', 'yuv422p'],
    ['353x241', '-pix_fmt', 'yuv444p'],
    ['320x180', '-pix_fmt', 'yuv420p10le'],
    ['320x180', '-pix_fmt', 'gray'],
    ['640x358', '-profile:v', 'high', '-x264-params', 'cqm=jvt', '-pix_fmt', 'yuv420p'],
    ['354x242', '-profile:v', 'high444', '-x264-params', 'cqm=jvt', '-pix_fmt', 'yuv444p'],
    ['3840x2160', '-x264-params', 'bframes=2:ref=4'],
  ])('%s %s', async (size, ...args) => {
    expect(h264PictureSize(await sequenceSet('h264', size, args))).toEqual(sized(size));
  });

  it('and, from a camera, picture order of the second kind', () => {
    // Baseline, order by a cycle of two offsets, 20 × 15 macroblocks.
    const order = ['1', '1', '010', '1', '1', '1', '011', '1', '1', '010', '0'];
    const size = ['000010100', '0001111', '1', '0', '0', '1'];
    const packed = [...order, ...size]
      .join('')
      .padEnd(64, '0')
      .match(/.{8}/g)!
      .map((byte) => Number.parseInt(byte, 2));
    expect(h264PictureSize(Uint8Array.from([0x67, 66, 0, 30, ...packed]))).toEqual({
      width: 320,
      height: 240,
    });
  });
});

describe('hevcPictureSize reads what x265 writes', () => {
  it.each<[string, ...string[]]>([
    ['1920x1080'],
    ['322x242', '-pix_fmt', 'yuv420p'],
    ['322x242', '-pix_fmt', 'yuv422p'],
    ['323x241', '-pix_fmt', 'yuv444p'],
    ['320x180', '-pix_fmt', 'yuv420p10le'],
    ['320x180', '-x265-params', 'temporal-layers=1:bframes=2:log-level=none'],
  ])('%s %s', async (size, ...args) => {
    expect(hevcPictureSize(await sequenceSet('hevc', size, args))).toEqual(sized(size));
  });
});

describe.each([
  ['h264PictureSize', h264PictureSize, 0x67],
  ['hevcPictureSize', hevcPictureSize, 0x42],
])('%s', (_, read, header) => {
  it('answers a plausible size or none for any bytes, and soon', () => {
    const sets = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(sets, (bytes) => {
        const size = read(Uint8Array.from([header, ...bytes]));
        if (size === undefined) return;
        for (const side of [size.width, size.height]) {
          expect(Number.isInteger(side)).toBe(true);
          expect(side).toBeGreaterThan(0);
          expect(side).toBeLessThanOrEqual(16_384);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('answers none for a set that was cut', async () => {
    const set = await sequenceSet(header === 0x67 ? 'h264' : 'hevc', '1920x1080', []);
    for (let length = 0; length < 10; length += 1) expect(read(set.subarray(0, length))).toBeUndefined();
  });
});
