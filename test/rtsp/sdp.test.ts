import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAnswerReader, type RtspAnswer } from '../../src/rtsp/answer-reader.ts';
import { readSourceFacts } from '../../src/rtsp/sdp.ts';
import { isFault } from '../../src/domain/fault.ts';
import { answerText } from '../fakes/rtsp-camera.ts';
import { description, jpegDescription } from './descriptions.ts';

const videoOf = (...lines: string[]) => readSourceFacts(description(...lines))?.video;
const audioOf = (...lines: string[]) => readSourceFacts(description('m=video 0 RTP/AVP 26', ...lines))?.audio;

describe('a video', () => {
  it.each<[string[], object]>([
    [['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000'], { codec: 'h264' }],
    [['m=video 0 RTP/AVP 96', 'a=rtpmap:96 h265/90000'], { codec: 'hevc' }],
    [['m=video 0 RTP/AVP 96', 'a=rtpmap:96 AV1/90000'], { codec: 'av1' }],
    [['m=video 0 RTP/AVP 96', 'a=rtpmap:96 VP8/90000'], { codec: 'vp8' }],
    [['m=video 0 RTP/AVP 96', 'a=rtpmap:96 MP4V-ES/90000'], { codec: 'mpeg4' }],
    [['m=video 0 RTP/AVP 26'], { codec: 'mjpeg' }],
    [['m=video 0 RTP/AVP 32'], { codec: 'mpeg2video' }],
    [['m=video 0 RTP/AVP 96', 'a=rtpmap:96 X-NEWEST/90000'], { codec: 'x-newest' }],
    // The payload type of its attributes is not that of its own line.
    [['m=video 0 RTP/AVP 96', 'a=rtpmap:97 H264/90000'], { codec: 'h264' }],
    [['m=video 0 RTP/AVP 97 96', 'a=rtpmap:96 VP8/90000', 'a=rtpmap:97 H264/90000'], { codec: 'h264' }],
    [['m=video 49170/2 RTP/AVP/TCP 96', 'a=RTPMAP: 96 H264/90000 '], { codec: 'h264' }],
    [['m=video 0 RTP/AVP 26', 'a=framesize:26 640-480'], { codec: 'mjpeg', width: 640, height: 480 }],
    [['m=video 0 RTP/AVP 26', 'a=x-dimensions:1280,720'], { codec: 'mjpeg', width: 1280, height: 720 }],
    [
      // Of a camera: 1920x1080, High.
      [
        'm=video 0 RTP/AVP 96',
        'a=rtpmap:96 H264/90000',
        'a=fmtp:96 packetization-mode=1;profile-level-id=640028; sprop-parameter-sets=Z2QAKKzZQHgCJ+XARAAAAwAEAAADAPA8YMZY,aOvjyyLA',
      ],
      { codec: 'h264', width: 1920, height: 1080 },
    ],
    [
      ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', 'a=fmtp:96 sprop-parameter-sets=rubbish,%%'],
      { codec: 'h264' },
    ],
    [['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H265/90000', 'a=fmtp:96 sprop-sps=AAAA'], { codec: 'hevc' }],
  ])('%j is %j', (lines, video) => expect(videoOf(...lines)).toEqual(video));

  it.each([
    [[]],
    [['m=audio 0 RTP/AVP 0']],
    [['m=video 0 RTP/AVP 96']],
    [['m=video 0 RTP/AVP']],
    [['m=video 0 RTP/AVP 96', 'a=rtpmap:96 <b>H264</b>/90000']],
    [['m=video 0 RTP/AVP 96', `a=rtpmap:96 ${'H'.repeat(50)}/90000`]],
    [['m=application 0 RTP/AVP 107', 'a=rtpmap:107 vnd.onvif.metadata/90000']],
  ])('is not found in %j', (lines) => expect(videoOf(...lines)).toBeUndefined());
});

describe('a sound', () => {
  it.each<[string[], object | undefined]>([
    [[], undefined],
    [['m=audio 0 RTP/AVP 0'], { codec: 'pcm_mulaw', sampleRate: 8000, channels: 1 }],
    [['m=audio 0 RTP/AVP 8'], { codec: 'pcm_alaw', sampleRate: 8000, channels: 1 }],
    [['m=audio 0 RTP/AVP 9'], { codec: 'adpcm_g722', sampleRate: 16_000, channels: 1 }],
    [['m=audio 0 RTP/AVP 14'], { codec: 'mp2' }],
    [
      ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 mpeg4-generic/16000'],
      { codec: 'aac', sampleRate: 16_000, channels: 1 },
    ],
    [
      ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 opus/48000/2'],
      { codec: 'opus', sampleRate: 48_000, channels: 2 },
    ],
    [
      ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 G726-32/8000'],
      { codec: 'adpcm_g726le', sampleRate: 8000, channels: 1 },
    ],
    [['m=audio 0 RTP/AVP 97'], undefined],
    [['m=application 0 RTP/AVP 107', 'a=rtpmap:107 vnd.onvif.metadata/90000'], undefined],
  ])('%j is %j', (lines, audio) => expect(audioOf(...lines)).toEqual(audio));

  it('keeps its attributes from a section that nobody knows', () => {
    const lines = ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 opus/48000/2', 'm=application 9 DTLS/SCTP data'];
    expect(audioOf(...lines, 'a=rtpmap:97 L16/8000')).toMatchObject({ codec: 'opus' });
  });
});

it('any text is facts or none', () => {
  const words = ['m=video', 'm=audio', ' 0 RTP/AVP ', '96', 'a=rtpmap:', 'H264/90000', 'a=fmtp:', '\n', '='];
  const text = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 8 })), { maxLength: 60 });
  fc.assert(
    fc.property(text, (pieces) => {
      const facts = readSourceFacts(pieces.join(''));
      if (facts) expect(facts.videos).toBeGreaterThan(0);
    }),
    { numRuns: 3000 },
  );
});

describe('answers', () => {
  /** Feeds the bytes in pieces of these lengths, over and over. */
  function read(bytes: Uint8Array, lengths: readonly number[]): RtspAnswer | string | undefined {
    const reader = createAnswerReader('camera:554');
    try {
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const end = at + (lengths[turn % lengths.length] ?? 1);
        const answer = reader.feed(bytes.subarray(at, end));
        if (answer) return answer;
        at = end;
      }
      return undefined;
    } catch (error) {
      if (isFault(error, 'MediaUnreadable')) return error.message;
      throw error;
    }
  }
  const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

  it('are the same however their bytes arrive', () => {
    const packet = `$\x01\0\x04RTSP`;
    const bytes = Buffer.from(`\r\n${packet}${answerText({ status: 200, body: jpegDescription })}`);
    const whole = read(bytes, [bytes.length]);
    expect(whole).toMatchObject({ status: 200, body: jpegDescription });
    fc.assert(
      fc.property(lengths, (pieces) => {
        expect(read(bytes, pieces)).toEqual(whole);
      }),
    );
  });

  it('out of any bytes are an answer, a refusal or nothing yet', () => {
    const words = ['RTSP/1.0 ', '200', ' OK', '\r\n', '\n', 'Content-Length: ', '3', '$', '\0', ' ', ':'];
    const piece = fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 5 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), lengths, (pieces, chunks) => {
        const bytes = Buffer.from(pieces.join(''));
        expect(read(bytes, chunks)).toEqual(read(bytes, [1]));
      }),
      { numRuns: 3000 },
    );
  });
});
