// Relays by real ffmpeg, from one MediaMTX that plays the camera to another whose gate wants a token.
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFfmpeg } from '../../src/media/ffmpeg.ts';
import { relayArgs, relayListText } from '../../src/media/relay-args.ts';
import { type PublishSpec, relayRtsp } from '../../src/media/relay.ts';
import { parseSourceUrl } from '../../src/domain/url.ts';
import type { Fault } from '../../src/domain/fault.ts';
import { mintToken } from '../../src/gate/token.ts';
import { seenAt, startCamera, type LiveCamera } from '../fakes/live-camera.ts';
import { eventually } from '../setup/eventually.ts';
import { startMediaMtx, type TestMediaMtx } from '../setup/mediamtx.ts';
import { testRun } from '../setup/test-tools.ts';

let camera: TestMediaMtx;
let server: TestMediaMtx;
let yard: LiveCamera;
let epoch = 0;

beforeAll(async () => {
  camera = await startMediaMtx({ record: false });
  server = await startMediaMtx({ record: false });
  yard = await startCamera(camera.publishUrl('yard'));
  await seenAt(camera.readUrl('yard'));
});
afterAll(async () => {
  await yard?.stop();
  await server?.stop();
  await camera?.stop();
});

const targetUrl = (path: string, password = tokenOf(path)): string =>
  `rtsp://relay:${password}@127.0.0.1:${server.rtspPort}/${path}`;
const tokenOf = (path: string): string =>
  mintToken({ key: server.users.gateKey, path, epoch: (epoch += 1), expiresAtMs: Date.now() + 60_000 });

interface Relay {
  /** What it threw. */
  ended: Promise<Fault>;
  frames(): number;
  stop(): Promise<Fault>;
}

async function relay(spec: Partial<PublishSpec> & Pick<PublishSpec, 'targetUrl'>): Promise<Relay> {
  const ffmpeg = createFfmpeg({ run: await testRun(), ffmpegPath: 'ffmpeg' });
  const stopping = new AbortController();
  let seen = 0;
  const ended = relayRtsp(ffmpeg, {
    ...{ sourceUrl: camera.readUrl('yard'), audio: 'copy', video: 'copy', stallSeconds: 10 },
    signal: stopping.signal,
    onProgress: ({ frames }) => (seen = frames),
    ...spec,
  }).catch((error: unknown) => error as Fault);
  return {
    ended,
    frames: () => seen,
    stop: () => {
      stopping.abort(new Error('stopped by the test'));
      return ended;
    },
  };
}

/** Command lines of all processes that publish to this path. */
async function publishersOf(path: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(`:${server.rtspPort}/${path}`) && line.includes('pipe:0'));
}

describe.concurrent('a relay', () => {
  it('is stalled when the pictures end and the sound goes on', async () => {
    await using blind = await startCamera(camera.publishUrl('blind'), { pictureSeconds: 25 });
    await seenAt(camera.readUrl('blind'));
    const sourceUrl = camera.readUrl('blind');
    const running = await relay({ sourceUrl, targetUrl: targetUrl('cam/blind'), stallSeconds: 3 });
    expect(await running.ended).toMatchObject({ type: 'SourceStalled' });
    expect(running.frames()).toBeGreaterThan(0);
    expect(await Promise.race([blind.ended, Promise.resolve('sends')])).toBe('sends');
  });

  it('passes pictures and G.711 as they are, with the camera’s password nowhere in the process list, and is gone when stopped', async () => {
    const running = await relay({ targetUrl: targetUrl('cam/copy') });
    expect((await seenAt(server.readUrl('cam/copy'))).map((stream) => stream.codec_name).toSorted()).toEqual([
      'h264',
      'pcm_alaw',
    ]);
    const lines = await publishersOf('cam/copy');
    expect(lines).not.toEqual([]);
    expect(lines.join('\n')).not.toContain(camera.users.reader.password);
    expect((await running.stop()).message).toBe('stopped by the test');
    await eventually(async () => (await publishersOf('cam/copy')).length === 0, { what: 'no process' });
  });

  it('makes AAC of other sound and H.264 without B-frames of the picture, and leaves sound out', async () => {
    const made = await relay({ targetUrl: targetUrl('cam/made'), audio: 'aac', video: 'h264' });
    const streams = await seenAt(server.readUrl('cam/made'));
    expect(streams).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ codec_name: 'h264', has_b_frames: 0 }),
        expect.objectContaining({ codec_name: 'aac', sample_rate: '16000' }),
      ]),
    );
    await made.stop();
    const silent = await relay({ targetUrl: targetUrl('cam/silent'), audio: 'none' });
    expect((await seenAt(server.readUrl('cam/silent'))).map((stream) => stream.codec_type)).toEqual([
      'video',
    ]);
    await silent.stop();
  });

  it('says that the camera ended when it dies, though ffmpeg ends with success', async () => {
    await using dying = await startCamera(camera.publishUrl('dying'));
    await seenAt(camera.readUrl('dying'));
    const running = await relay({
      sourceUrl: camera.readUrl('dying'),
      targetUrl: targetUrl('cam/dying'),
    });
    await eventually(() => running.frames() > 0);
    dying.signal('SIGKILL');
    expect(await running.ended).toMatchObject({
      type: 'SourceUnreachable',
      message: 'The camera ended the stream.',
    });
  });

  it('ends when the gate lets a newer owner in, and the older one stays out', async () => {
    const oldToken = tokenOf('cam/two');
    const older = await relay({ targetUrl: targetUrl('cam/two') });
    await eventually(() => older.frames() > 0);
    const newer = await relay({ targetUrl: targetUrl('cam/two') });
    expect(await older.ended).toMatchObject({ type: 'PeerDropped' });
    await eventually(() => newer.frames() > 0);
    const late = await relay({ targetUrl: targetUrl('cam/two', oldToken) });
    const refused = await late.ended;
    expect(refused).toMatchObject({ type: 'LeaseLost', message: expect.stringContaining('token') });
    expect(JSON.stringify([refused.message, refused.details])).not.toContain(oldToken);
    await newer.stop();
  });

  it('tells which side failed, and how, and names no secret', async () => {
    const wrong = `rtsp://reader:canary%407f3@127.0.0.1:${camera.rtspPort}/yard`;
    const cases: [Partial<PublishSpec> & { targetUrl: string }, string, RegExp][] = [
      [{ sourceUrl: wrong, targetUrl: targetUrl('cam/a') }, 'AuthRejected', /refuses the login: 401/],
      [
        { sourceUrl: camera.readUrl('absent'), targetUrl: targetUrl('cam/a') },
        'SourceMissing',
        /no stream .*404/,
      ],
      [
        { sourceUrl: 'rtsp://127.0.0.1:9/x', targetUrl: targetUrl('cam/a') },
        'SourceUnreachable',
        /camera cannot be reached: Connection refused/,
      ],
      [
        { targetUrl: 'rtsp://relay:canary-7f3@127.0.0.1:9/cam/a' },
        'PeerDropped',
        /MediaMTX at 127.0.0.1:9 could not be made: Connection refused/,
      ],
      [{ sourceUrl: 'http://127.0.0.1/x', targetUrl: targetUrl('cam/a') }, 'ForbiddenUrl', /scheme/],
    ];
    for (const [spec, type, message] of cases) {
      const fault = await (await relay(spec)).ended;
      expect(fault).toMatchObject({ type, message: expect.stringMatching(message) });
      expect(JSON.stringify([fault.message, fault.details, String(fault.cause)])).not.toMatch(/canary/);
    }
  });

  it('is no relay without pictures', async () => {
    await using _deaf = await startCamera(camera.publishUrl('sound'), { pictureSeconds: 0 });
    const sourceUrl = camera.readUrl('sound');
    const fault = await eventually(async () => {
      const end = await (await relay({ sourceUrl, targetUrl: targetUrl('cam/sound') })).ended;
      return end.type !== 'SourceMissing' && end;
    });
    expect(fault).toMatchObject({ type: 'MediaUnreadable', message: expect.stringContaining('no video') });
  });

  // Alone: it says how long something takes.
  it('is stalled within its bound when the camera freezes', { concurrent: false }, async () => {
    await using frozen = await startCamera(camera.publishUrl('frozen'));
    await seenAt(camera.readUrl('frozen'));
    const sourceUrl = camera.readUrl('frozen');
    const running = await relay({ sourceUrl, targetUrl: targetUrl('cam/frozen'), stallSeconds: 3 });
    await eventually(() => running.frames() > 0);
    frozen.signal('SIGSTOP');
    const frozenMs = performance.now();
    expect(await running.ended).toMatchObject({ type: 'SourceStalled' });
    expect(performance.now() - frozenMs).toBeLessThan(9_500);
    frozen.signal('SIGCONT');
  });
});

describe('the words for ffmpeg', () => {
  const way = {
    source: parseSourceUrl("rtsps://us%3Aer:it's%20@h:322/p?x=1"),
    targetUrl: 'rtsp://relay:t@h/cam/a',
    audio: 'none',
    video: 'copy',
    stallSeconds: 10,
  } as const;

  it('hold the address of the camera on stdin alone', () => {
    expect(relayListText(way)).toBe(
      [
        'ffconcat version 1.0',
        `file 'rtsps://us%3Aer:it%27s%20@h:322/p?x=1'`,
        'option rtsp_transport tcp',
        'option timeout 15000000',
        'option allowed_media_types video',
        'option fpsprobesize 0',
        '',
      ].join('\n'),
    );
    expect(relayArgs(way).join(' ')).toBe(
      '-nostdin -hide_banner -nostats -y -v warning -progress pipe:1 -stats_period 0.5 ' +
        '-protocol_whitelist pipe,rtsp,rtp,tcp,udp,tls -fpsprobesize 0 -f concat -safe 0 -i pipe:0 ' +
        '-map 0:v:0 -c:v copy -an -map_metadata -1 -f rtsp -rtsp_transport tcp rtsp://relay:t@h/cam/a',
    );
  });

  it('ask for what the row wants', () => {
    const text = relayArgs({ ...way, audio: 'aac', video: 'h264' }).join(' ');
    expect(text).toContain('-map 0:a:0? -c:a aac -b:a 96k');
    expect(text).toContain('-c:v libx264 -preset veryfast -tune zerolatency -pix_fmt yuv420p');
    expect(relayArgs({ ...way, audio: 'copy' }).join(' ')).toContain('-map 0:a:0? -c:a copy');
    expect(relayListText({ ...way, audio: 'copy' })).toContain('allowed_media_types video+audio');
  });
});
