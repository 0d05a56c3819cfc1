// MediaMTX's words for streams as ffmpeg's.
import { expect, test } from 'vitest';
import { streamsOf } from '../../src/mediamtx/tracks.ts';

test.each([
  ['nothing', [], {}],
  [
    'picture and sound',
    [{ codec: 'H264', width: 1280, height: 720 }, { codec: 'MPEG-4 Audio' }],
    { video: { codec: 'h264', width: 1280, height: 720 }, audio: { codec: 'aac' } },
  ],
  ['a picture whose size is not known yet', [{ codec: 'H265' }], { video: { codec: 'hevc' } }],
  ['sound alone', [{ codec: 'G711' }], { audio: { codec: 'g711' } }],
  [
    'the first of each kind',
    [{ codec: 'Opus' }, { codec: 'AV1' }, { codec: 'H264' }, { codec: 'G722' }],
    { video: { codec: 'av1' }, audio: { codec: 'opus' } },
  ],
  ['what nobody knows', [{ codec: 'Generic' }, { codec: 'constructor' }, { codec: 'toString' }], {}],
])('%s', (_, tracks, streams) => {
  expect(streamsOf(tracks)).toEqual(streams);
});
