import { describe, expect, it } from 'vitest';
import { cutPointIn } from '../../src/media/cut-point.ts';
import type { TimedPacket } from '../../src/media/packets/timed-packet.ts';
import { complaintAbout } from '../../src/media/check-places.ts';
import { concatListText, quoteForList } from '../../src/media/concat-list.ts';
import { copyArgs, planCopies } from '../../src/media/make-uniform.ts';
import { classifyFfmpegFailure, createFfmpeg, createProgressReader } from '../../src/media/ffmpeg.ts';
import { ffmpegArgs } from '../../src/media/ffmpeg-args.ts';
import { openInputsArgs, parseOpenedInputs } from '../../src/media/open-inputs.ts';
import { placeArgs } from '../../src/media/place-files.ts';
import { slateArgs, slateName } from '../../src/media/slate.ts';
import type { Run, RunEnd } from '../../src/process/run-spec.ts';
import { ffmpeg, neverAborted } from './media-kit.ts';

const head = '-nostdin -hide_banner -nostats -y -v warning -progress pipe:1 -stats_period 0.5';

describe('ffmpegArgs', () => {
  it('keeps the order and every argument whole', () => {
    const args = ffmpegArgs({
      inputs: [{ options: ['-f', 'lavfi'], source: 'color=c=black:s=2x2' }, { source: 'file:/a b/c.flv' }],
      outputs: [{ options: ['-metadata', 'title=two words', '-c', 'copy'], target: "file:/o'ut.mp4" }],
    });
    expect(args.slice(head.split(' ').length)).toEqual([
      ...['-f', 'lavfi', '-i', 'color=c=black:s=2x2', '-i', 'file:/a b/c.flv'],
      ...['-metadata', 'title=two words', '-c', 'copy', "file:/o'ut.mp4"],
    ]);
  });

  it('refuses the one form that its builder would split', () => {
    expect(() =>
      ffmpegArgs({ inputs: [], outputs: [{ options: ['-metadata title=x'], target: 'o' }] }),
    ).toThrow(/split/);
  });
});

describe('the argv of', () => {
  it('a merge', () => {
    const args = placeArgs({
      listPath: '/w/list',
      outPath: '/w/o.mp4',
      offsetSeconds: -0.023,
      audio: 'copy',
      faststart: true,
    });
    expect(args.join(' ')).toBe(
      `${head} -itsoffset -0.023000 -copyts -protocol_whitelist file -f concat -safe 0 -i file:/w/list -map 0:v:0 -c:v copy ` +
        '-map 0:a:0 -c:a copy -map_metadata -1 -map_chapters -1 -movflags +faststart -blocksize 65536 -f mp4 file:/w/o.mp4',
    );
  });

  it('a merge whose packets pass as they are', () => {
    const spec = { listPath: '/w/list', outPath: '/w/o.mp4', offsetSeconds: 0, audio: 'copy' } as const;
    expect(placeArgs({ ...spec, keepsPackets: true }).join(' ')).toContain('-auto_convert 0 -copyts');
    expect(placeArgs(spec)).not.toContain('-auto_convert');
  });

  it('a merge whose sound MP4 does not take', () => {
    const args = placeArgs({ listPath: '/w/list', outPath: '/w/o.mp4', offsetSeconds: 0, audio: 'encode' });
    expect(args.join(' ')).toContain('-c:a aac -af aresample=async=1');
  });

  it('a look at inputs', () => {
    expect(openInputsArgs([{ path: '-x.flv', container: 'flv' }]).join(' ')).toBe(
      '-nostdin -hide_banner -nostats -y -v info -protocol_whitelist file -format_whitelist flv -fpsprobesize 0 -i file:-x.flv',
    );
  });

  it('a slate', () => {
    const look = { container: 'mp4', codec: 'h264', width: 640, height: 360, ticksPerSecond: 90000 } as const;
    expect(slateName(look)).toBe('h264-640x360-90000-silent.mp4');
    expect(slateArgs({ look, outPath: '/w/s.mp4' }).join(' ')).toBe(
      `${head} -f lavfi -i color=c=black:s=640x360:r=1:d=120 -map 0:v:0 -c:v libx264 -preset ultrafast -bf 0 -g 1 ` +
        '-pix_fmt yuv420p -video_track_timescale 90000 -f mp4 file:/w/s.mp4',
    );
  });

  it('a copy with silence', () => {
    const plan = { container: 'flv', audio: { silence: { rateHz: 8000, layout: 'mono' } } } as const;
    expect(copyArgs({ path: '/a.flv', container: 'flv', outPath: '/b.flv', plan }).join(' ')).toContain(
      '-i file:/a.flv -f lavfi -i anullsrc=sample_rate=8000:channel_layout=mono -map 0:v:0 -c:v copy -map 1:a:0 -c:a aac -shortest',
    );
  });
});

describe('a list of files', () => {
  it('quotes names and gives each file its own whitelist', () => {
    const text = concatListText([
      { name: "it's.flv", container: 'flv', durationSeconds: 900.04 },
      { name: 'b.ts', container: 'mpegts', outPointSeconds: 12.3399996 },
    ]);
    expect(text.split('\n')).toEqual([
      'ffconcat version 1.0',
      "file 'it'\\''s.flv'",
      'option format_whitelist flv',
      'option fflags +discardcorrupt',
      'option fpsprobesize 0',
      'duration 900.040000',
      "file 'b.ts'",
      'option format_whitelist mpegts',
      'outpoint 12.340000',
      '',
    ]);
  });

  it('refuses a name that would begin a directive', () => {
    expect(() => quoteForList('a\nfile b')).toThrow(/control characters/);
  });
});

describe('createProgressReader', () => {
  it('tells growth from mere output', () => {
    const reader = createProgressReader();
    const block = (lines: string[]) =>
      [...lines, 'progress=continue'].map((line) => reader.line(line)).at(-1);
    expect(block(['frame=10', 'total_size=N/A', 'out_time_us=N/A'])).toBe(true);
    expect(block(['frame=10', 'out_time_us=400000'])).toBe(true);
    expect(block(['frame=10', 'out_time_us=400000', 'speed=1x'])).toBe(false);
    expect(reader.latest).toEqual({ frames: 10, outSeconds: 0.4 });
  });
});

describe('classifyFfmpegFailure', () => {
  it.each([
    ['av_interleaved_write_frame(): No space left on device', false, 'DiskFull'],
    ['/x.mp4: Read-only file system', true, 'StorageFault'],
    ['/x.mp4: Input/output error', false, 'StorageFault'],
    ['rtsp: Input/output error', true, 'SourceUnreachable'],
    ['moov atom not found', false, 'MediaUnreadable'],
    ["[concat @ 0x1] Format not on whitelist 'flv'", false, 'MediaUnreadable'],
    ['method DESCRIBE failed: 401 Unauthorized', true, 'AuthRejected'],
    ['Server returned 403 Forbidden (access denied)', true, 'AuthRejected'],
    ['method DESCRIBE failed: 404 Not Found', true, 'SourceMissing'],
    ['method SETUP failed: 453 Not Enough Bandwidth', true, 'SourceBusy'],
    ['Connection to tcp://h:554 failed: Connection refused', true, 'SourceUnreachable'],
    ['Failed to resolve hostname h: Name or service not known', true, 'SourceUnreachable'],
    ['Conversion failed!', false, 'EncoderFailed'],
  ])('reads "%s" (live: %s) as %s', (line, live, type) => {
    expect(classifyFfmpegFailure(['something before', line], live)).toBe(type);
  });
});

describe('createFfmpeg', () => {
  const lavfi = (seconds: number, extra: string[] = []): string[] =>
    ffmpegArgs({
      inputs: [{ options: ['-f', 'lavfi'], source: `testsrc2=s=64x64:r=25:d=${seconds}` }],
      outputs: [{ options: ['-f', 'null', ...extra], target: '-' }],
    });
  const base = { purpose: 'a test', signal: neverAborted, stallSeconds: 20 };

  it('counts what was done', async () => {
    const end = await ffmpeg({ ...base, args: lavfi(2) });
    expect(end.progress.frames).toBe(50);
  });

  it('takes a failed check for a failure although the exit code is 0', async () => {
    const failing = ffmpeg({
      ...base,
      args: lavfi(1),
      check: ({ progress }) => `made ${progress.frames} of 50 pictures`,
    });
    await expect(failing).rejects.toMatchObject({
      type: 'EncoderFailed',
      message: 'ffmpeg ended well but made 25 of 50 pictures, in a test',
      details: { exitCode: 0 },
    });
  });

  it('says what happened to which file', async () => {
    const args = ffmpegArgs({
      inputs: [{ source: 'file:/nowhere.flv' }],
      outputs: [{ options: ['-f', 'null'], target: '-' }],
    });
    await expect(ffmpeg({ ...base, args })).rejects.toMatchObject({
      type: 'EncoderFailed',
      message: expect.stringContaining('/nowhere.flv'),
    });
  });

  it('knows a full disk', async () => {
    const inputs = [{ options: ['-f', 'lavfi'], source: 'testsrc2=s=64x64:d=1' }];
    const args = ffmpegArgs({ inputs, outputs: [{ options: ['-f', 'mpegts'], target: 'file:/dev/full' }] });
    await expect(ffmpeg({ ...base, args })).rejects.toMatchObject({ type: 'DiskFull' });
  });

  it('passes a cancel on as it came', async () => {
    const stopping = new AbortController();
    const running = ffmpeg({
      ...base,
      args: ffmpegArgs({
        inputs: [{ options: ['-re', '-f', 'lavfi'], source: 'testsrc2=s=64x64' }],
        outputs: [{ options: ['-f', 'null'], target: '-' }],
      }),
      signal: stopping.signal,
      onProgress: () => stopping.abort(new Error('enough')),
    });
    await expect(running).rejects.toThrow('enough');
  });

  const ending = (end: Partial<RunEnd>): Run => {
    const whole = {
      exitCode: 0,
      signal: null,
      cancelled: false,
      stalled: false,
      timedOut: false,
      abandoned: false,
    };
    return async () => ({ ...whole, stderrTail: [], argv: [], elapsedMs: 1, ...end });
  };

  it.each([
    [{ stalled: true, exitCode: null }, false, 'EncoderStalled'],
    [{ stalled: true, exitCode: null }, true, 'SourceStalled'],
    [{ timedOut: true, exitCode: 0 }, false, 'EncoderStalled'],
    [{ exitCode: null, signal: 'SIGKILL' }, false, 'EncoderFailed'],
  ])('takes %j (live: %s) as %s', async (end, live, type) => {
    const run = createFfmpeg({ run: ending(end), ffmpegPath: 'ffmpeg' });
    await expect(run({ ...base, args: [], live })).rejects.toMatchObject({ type });
  });
});

describe('parseOpenedInputs', () => {
  it('reads start times and streams, whatever the metadata say', () => {
    const lines = [
      "Input #0, flv, from 'file:a.flv':",
      '  Metadata:',
      '    title           : Input #9, flv, from x',
      '  Duration: 00:00:10.08, start: -0.057000, bitrate: 496 kb/s',
      '  Stream #0:0: Video: h264 (Main), yuv420p(progressive), 320x180 [SAR 1:1 DAR 16:9], 400 kb/s, 25 fps, 25 tbr, 1k tbn',
      '  Stream #0:1: Audio: pcm_alaw, 8000 Hz, mono, s16, 64 kb/s',
      "Input #1, mov,mp4,m4a,3gp,3g2,mj2, from 'file:b.mp4':",
      '  Duration: N/A, start: 0.000000, bitrate: N/A',
      '  Stream #1:0[0x1](und): Video: hevc (Main) (hvc1 / 0x31637668), yuv420p(tv), 1920x1080, 15 fps, 15 tbr, 12800 tbn (default)',
      '  Stream #1:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, stereo, fltp, 64 kb/s (default)',
    ];
    expect(parseOpenedInputs(lines)).toEqual([
      {
        startSeconds: -0.057,
        streams: [
          { kind: 'video', codec: 'h264', ticksPerSecond: 1000, width: 320, height: 180 },
          { kind: 'audio', codec: 'pcm_alaw', rateHz: 8000, layout: 'mono', ticksPerSecond: 1000 },
        ],
      },
      {
        startSeconds: 0,
        streams: [
          { kind: 'video', codec: 'hevc', ticksPerSecond: 12800, width: 1920, height: 1080 },
          { kind: 'audio', codec: 'aac', rateHz: 44100, layout: 'stereo', ticksPerSecond: 44100 },
        ],
      },
    ]);
  });
});

describe('planCopies', () => {
  const video = (ticksPerSecond = 1000) => ({ kind: 'video' as const, codec: 'h264', ticksPerSecond });
  const audio = { kind: 'audio' as const, codec: 'aac', rateHz: 8000, layout: 'mono' };
  const flv = { container: 'flv' as const };
  const plan = (...streams: Parameters<typeof planCopies>[1][number]['streams'][]) =>
    planCopies(
      streams.map(() => flv),
      streams.map((list) => ({ startSeconds: 0, streams: list })),
    );

  it('leaves files alone that fit, also one without sound after one with it', () => {
    expect(plan([video(), audio], [video(), audio], [video()])).toEqual([undefined, undefined, undefined]);
  });
  it('gives the first file silence when a later one has sound', () => {
    const silence = { rateHz: 8000, layout: 'mono' };
    expect(plan([video()], [video(), audio])).toEqual([{ container: 'flv', audio: { silence } }, undefined]);
  });
  it('copies a file whose streams come in another order, or with another clock', () => {
    expect(plan([video(), audio], [audio, video()], [video(90000), audio])).toMatchObject([
      undefined,
      { audio: 'copy' },
      { audio: 'copy' },
    ]);
  });
});

describe('cutPointIn', () => {
  const packet = (isVideo: boolean, dtsSeconds: number, ptsSeconds = dtsSeconds): TimedPacket => ({
    isVideo,
    dtsSeconds,
    ptsSeconds,
  });

  it('cuts by decode time, before the first picture that is not wanted', () => {
    const packets = [
      packet(true, 0, 0.08),
      packet(true, 0.04, 0.12),
      packet(true, 0.08, 0.16),
      packet(true, 0.12, 0.2),
    ];
    const cut = cutPointIn(packets, 0.16)!;
    expect(cut).toMatchObject({ removedVideoPackets: 2, lostVideoPackets: 0, lastPtsSeconds: 0.12 });
    expect(cut.outPointSeconds).toBeCloseTo(0.0795, 5);
  });
  it('counts pictures that sound of a later time would take along', () => {
    const packets = [packet(true, 0), packet(false, 0.5), packet(true, 0.04), packet(true, 0.08)];
    expect(cutPointIn(packets, 0.08)).toMatchObject({ lostVideoPackets: 1, removedVideoPackets: 2 });
  });
  it('needs no cut when nothing stands behind it', () => {
    expect(cutPointIn([packet(true, 0)], 1)).toBeUndefined();
  });
});

describe('complaintAbout', () => {
  const file = (count: number, first: number, last: number, shiftSeconds = 0) => ({
    shiftSeconds,
    expected: { videoPackets: { least: count, most: count }, firstPtsSeconds: first, lastPtsSeconds: last },
  });
  it.each([
    ['nothing written', [], [file(1, 0, 0)], 'wrote no video'],
    ['too few', [0, 1], [file(3, 0, 1)], 'wrote 2 video packets instead of 3'],
    [
      'a file in another place',
      [0, 1, 5, 6],
      [file(2, 0, 1), file(2, 0, 1, 4)],
      'file 2 begins 1.000 s away from 4.000 s',
    ],
    [
      'an end in another place',
      [0, 1, 5, 6],
      [file(2, 0, 1), file(2, 0, 2, 5)],
      'file 2 ends 1.000 s away from 7.000 s',
    ],
    ['all well', [0, 1, 5, 6], [file(2, 0, 1), file(2, 0, 1, 5)], undefined],
  ])('judges %s', (_, pts, files, complaint) => {
    expect(complaintAbout(Float64Array.from(pts), files)).toBe(complaint);
  });
});
