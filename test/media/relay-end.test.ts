// What the lines of ffmpeg's stderr mean for a relay, as 5.1 wrote them and as later releases do.
import { describe, expect, it } from 'vitest';
import { Fault, type FaultType } from '../../src/domain/fault.ts';
import { relayEnd, type RelayRun } from '../../src/media/relay-end.ts';

const end = (run: Partial<RelayRun> & { type?: FaultType; stderrTail?: string[] }): Fault => {
  const { type, stderrTail = [], ...rest } = run;
  return relayEnd({
    ...{ frames: 0, silentSeconds: 0.4, stallSeconds: 10, target: 'mtx:8554' },
    ...(type ? { fault: new Fault(type, 'ffmpeg ended with code 1', { stderrTail }) } : {}),
    ...rest,
  });
};

const announce401 = '[rtsp @ 0x55acad22cac0] method ANNOUNCE failed: 401 Unauthorized';
const brokenPipe = [
  'av_interleaved_write_frame(): Broken pipe',
  'Error writing trailer of rtsp://***@mtx:8554/cam/a: Broken pipe',
];

describe('the end of a relay', () => {
  it.each<[string, Parameters<typeof end>[0], FaultType, string]>([
    ['success of ffmpeg', { frames: 61 }, 'SourceUnreachable', 'The camera ended the stream.'],
    [
      'success after a long silence',
      { frames: 61, silentSeconds: 9.8 },
      'SourceStalled',
      'No new picture came while the connection stood.',
    ],
    [
      'the watchdog before the first picture',
      { type: 'SourceStalled', silentSeconds: 10 },
      'SourceStalled',
      'The camera sent no picture within 10 s.',
    ],
    [
      'a login that the camera refuses',
      {
        type: 'AuthRejected',
        stderrTail: [
          '[rtsp @ 0x559706a499c0] method DESCRIBE failed: 401 Unauthorized',
          "[concat @ 0x559706a382c0] Impossible to open 'rtsp://***@cam/yard'",
          'pipe:0: Server returned 401 Unauthorized (authorization failed)',
        ],
      },
      'AuthRejected',
      'The camera refuses the login: 401 Unauthorized.',
    ],
    [
      'a camera without a name',
      {
        type: 'SourceUnreachable',
        stderrTail: [
          '[tcp @ 0x55de0075f640] Failed to resolve hostname nohost.invalid: Name or service not known',
          "[concat @ 0x55de0074b2c0] Impossible to open 'rtsp://nohost.invalid/yard'",
          'pipe:0: Input/output error',
        ],
      },
      'SourceUnreachable',
      'The camera cannot be reached: Name or service not known.',
    ],
    [
      'a token that the gate refuses',
      { type: 'AuthRejected', stderrTail: [announce401, 'Error initializing output stream 0:1 -- '] },
      'LeaseLost',
      "The gate of MediaMTX at mtx:8554 refuses this relay's token.",
    ],
    [
      'a token that the gate refuses, as ffmpeg 7 says it',
      {
        type: 'AuthRejected',
        stderrTail: [
          '[out#0/rtsp @ 0x5f] Could not write header (incorrect codec parameters ?): Server returned 401 Unauthorized (authorization failed)',
        ],
      },
      'LeaseLost',
      "The gate of MediaMTX at mtx:8554 refuses this relay's token.",
    ],
    [
      'a server that is away',
      {
        type: 'SourceUnreachable',
        stderrTail: [
          '[tcp @ 0x55bee09daa80] Connection to tcp://mtx:8554?timeout=0 failed: Connection refused',
          'Could not write header for output file #0 (incorrect codec parameters ?): Connection refused',
        ],
      },
      'PeerDropped',
      'The connection to MediaMTX at mtx:8554 could not be made: Connection refused.',
    ],
    [
      'a server that breaks off',
      { type: 'EncoderFailed', frames: 59, stderrTail: brokenPipe },
      'PeerDropped',
      'The connection to MediaMTX at mtx:8554 broke off: Broken pipe.',
    ],
    [
      'a server that throws a silent publisher out',
      { type: 'EncoderFailed', frames: 59, silentSeconds: 10.2, stderrTail: brokenPipe },
      'SourceStalled',
      'No new picture came while the connection stood.',
    ],
    [
      'a camera without pictures',
      { type: 'MediaUnreadable', stderrTail: ["Stream map '0:v:0' matches no streams."] },
      'MediaUnreadable',
      "The camera sends no video that can be read: Stream map '0:v:0' matches no streams.",
    ],
  ])('by %s', (_, run, type, message) => {
    expect(end(run)).toMatchObject({ type, message });
  });

  it('reads alike each time, whatever addresses in memory stand in the lines', () => {
    const fault = new Fault('EncoderFailed', 'ffmpeg ended with code 1, in a relay: [h264 @ 0x7f] no frame!');
    expect(end({ fault }).message).toBe('ffmpeg ended with code 1, in a relay: no frame!');
  });
});
