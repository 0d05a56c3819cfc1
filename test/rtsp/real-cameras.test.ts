import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SourceFacts } from '../../src/rtsp/describe.ts';
import { startGstCamera, type GstCameraSpec } from '../fakes/gst-camera.ts';
import { eventually } from '../setup/eventually.ts';
import { startMediaMtx, testRun, type TestMediaMtx } from '../setup/servers.ts';
import { ask, canary, faultOf, user } from './descriptions.ts';

const execute = promisify(execFile);

interface ProbedStream {
  codec_type: string;
  codec_name: string;
  width?: number;
  height?: number;
  sample_rate?: string;
  channels?: number;
}

/** What ffprobe finds by receiving and decoding. */
async function probedFacts(url: string): Promise<SourceFacts> {
  const input = ['-analyzeduration', '500000', '-rtsp_transport', 'tcp', url];
  const args = ['-v', 'error', '-show_streams', '-of', 'json', ...input];
  const { stdout } = await execute('ffprobe', args);
  const { streams } = JSON.parse(stdout) as { streams: ProbedStream[] };
  const videos = streams.filter((stream) => stream.codec_type === 'video');
  const audio = streams.find((stream) => stream.codec_type === 'audio');
  const { codec_name: codec, width, height } = videos[0]!;
  return {
    video: { codec, width: width!, height: height! },
    videos: videos.length,
    ...(audio && {
      audio: { codec: audio.codec_name, sampleRate: Number(audio.sample_rate), channels: audio.channels! },
    }),
  };
}

/** Asks until the camera describes what it is given. */
const describedFacts = (url: string) => eventually(() => ask(url), { what: 'a description' });

describe('a camera behind MediaMTX', () => {
  let server: TestMediaMtx;
  const stopping = new AbortController();
  const publishers: Promise<unknown>[] = [];
  beforeAll(async () => {
    server = await startMediaMtx({ record: false });
  });
  afterAll(async () => {
    stopping.abort();
    await Promise.all(publishers);
    await server.stop();
  });

  async function publish(path: string, size: string, args: readonly string[]): Promise<void> {
    const picture = ['-re', '-f', 'lavfi', '-i', `testsrc2=s=${size}:r=20`];
    const tone = ['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
    const output = ['-g', '5', '-pix_fmt', 'yuv420p', '-f', 'rtsp', '-rtsp_transport', 'tcp'];
    const run = await testRun();
    publishers.push(
      run({
        command: 'ffmpeg',
        args: ['-nostdin', '-v', 'error', ...picture, ...tone, ...args, ...output, server.publishUrl(path)],
        signal: stopping.signal,
      }),
    );
  }

  const h264 = ['-map', '0:v', '-c:v', 'libx264', '-preset', 'ultrafast'];
  const hevc = ['-map', '0:v', '-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none'];
  const sound = (...args: string[]) => ['-map', '1:a', '-c:a', ...args];
  it.each<[string, string, string[]]>([
    ['h264', '640x358', h264],
    ['h264-aac', '320x240', [...h264, ...sound('aac', '-ar', '44100', '-ac', '2')]],
    ['h264-pcma', '320x240', [...h264, ...sound('pcm_alaw', '-ar', '8000', '-ac', '1')]],
    ['hevc', '322x242', hevc],
    ['hevc-opus', '320x240', [...hevc, ...sound('libopus', '-ac', '2')]],
  ])('%s is described as ffprobe finds it', async (path, size, args) => {
    await publish(path, size, args);
    const url = server.readUrl(path);
    const facts = await describedFacts(url);
    expect(facts).toEqual(await probedFacts(url));
    expect(`${facts.video.width}x${facts.video.height}`).toBe(size);
    expect(facts.audio !== undefined).toBe(args.includes('1:a'));
  });

  it('counts one login for one description', async () => {
    let logins = 0;
    await ask(server.readUrl('h264'), { onLogin: () => (logins += 1) });
    expect(logins).toBe(1);
  });

  it('tells a refused login, an absent login and an absent path apart', async () => {
    const host = `127.0.0.1:${server.rtspPort}`;
    let logins = 0;
    const wrong = { onLogin: () => (logins += 1), timeoutSeconds: 20 };
    expect(await faultOf(`rtsp://reader:canary-7f3@${host}/h264`, wrong)).toMatchObject({
      type: 'AuthRejected',
    });
    expect(logins).toBe(1);
    expect(await faultOf(`rtsp://${host}/h264`)).toMatchObject({ type: 'AuthRejected' });
    expect(await faultOf(server.readUrl('nowhere'))).toMatchObject({ type: 'SourceMissing' });
  });

  it('is not mistaken for its own API', async () => {
    const { host } = new URL(server.apiUrl);
    expect(await faultOf(`rtsp://${host}/h264`)).toMatchObject({ type: 'MediaUnreadable' });
  });
});

describe("a camera made of GStreamer's server", () => {
  const password = canary;
  it.each<GstCameraSpec>([
    { codec: 'h264', size: '642x362', audio: 'pcm_alaw' },
    // ffprobe takes what stands before the first colon for the user.
    { codec: 'h264', login: { kind: 'digest', user: 'view@er', password } },
    { codec: 'h264', audio: 'opus', login: { kind: 'basic', user: 'viewer', password } },
    { codec: 'h264', videos: 3, audio: 'pcm_mulaw' },
  ])('%j is described as ffprobe finds it', async (spec) => {
    await using camera = await startGstCamera(spec);
    let logins = 0;
    const facts = await ask(camera.url, { onLogin: () => (logins += 1), timeoutSeconds: 20 });
    expect(facts).toEqual(await probedFacts(camera.url));
    expect(logins).toBe(spec.login ? 1 : 0);
  });

  it.each(['mjpeg', 'vp8'] as const)(
    'that sends %s is described as ffprobe finds it, but for the size',
    async (codec) => {
      await using camera = await startGstCamera({ codec, audio: 'pcm_alaw' });
      const { video, ...others } = await probedFacts(camera.url);
      const facts = await ask(camera.url, { timeoutSeconds: 20 });
      expect(facts).toMatchObject({ ...others, video: { codec: video.codec } });
    },
  );

  it('takes a user with a colon in its name', async () => {
    await using camera = await startGstCamera({ login: { kind: 'digest', user, password } });
    expect(await ask(camera.url)).toMatchObject({ video: { codec: 'h264', width: 320, height: 240 } });
  });

  it.each(['basic', 'digest'] as const)('refuses a wrong %s login once', async (kind) => {
    await using camera = await startGstCamera({ login: { kind, user: 'viewer', password } });
    let logins = 0;
    const wrong = camera.url.replace('//viewer:', '//viewer:x');
    expect(await faultOf(wrong, { onLogin: () => (logins += 1) })).toMatchObject({ type: 'AuthRejected' });
    expect(logins).toBe(1);
    expect(await faultOf(camera.url.replace('/live', '/nowhere'))).toMatchObject({ type: 'SourceMissing' });
  });
});
