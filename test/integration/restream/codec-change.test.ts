// Cameras whose codec or size becomes another one: after a restart, and in the middle of a stream that goes on. By both engines.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RelayEngine } from '../../../src/contract/restream-messages.ts';
import { relayWorkflowId } from '../../../src/contract/ids.ts';
import { startGstCamera, type GstCamera } from '../../fakes/gst-camera.ts';
import { seenAt } from '../../fakes/live-camera.ts';
import { eventually } from '../../setup/eventually.ts';
import { tempDir, type TempDir } from '../../setup/temp-dir.ts';
import { testRun } from '../../setup/test-tools.ts';
import { startRelayStack, type RelayStack } from './relay-stack.ts';

const execute = promisify(execFile);
let dir: TempDir;
/** Two sizes one after the other, in one H.264 stream. */
let changing: string;

beforeAll(async () => {
  dir = await tempDir();
  const parts: Buffer[] = [];
  for (const [size, seconds] of [
    ['320x180', 25],
    ['640x360', 60],
  ] as const) {
    const part = join(dir.path, `${size}.h264`);
    const picture = `-f lavfi -i testsrc2=size=${size}:rate=10:duration=${seconds}`;
    const encode =
      '-c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -g 10 -bsf:v dump_extra';
    await execute('ffmpeg', ['-v', 'error', ...`${picture} ${encode} -f h264`.split(' '), part]);
    parts.push(await readFile(part));
  }
  changing = join(dir.path, 'changing.h264');
  await writeFile(changing, Buffer.concat(parts));
});
afterAll(() => dir.remove());

describe.concurrent.each<RelayEngine>(['pull', 'ffmpeg'])('engine %s', (engine) => {
  let stack: RelayStack;
  /** One that comes back with another size, one with another codec: few words a camera are told at once. */
  let cameras: GstCamera[];
  const ids = ['size', 'codec'];
  beforeAll(async () => {
    stack = await startRelayStack({ settings: { engine } });
    cameras = await Promise.all(ids.map(() => startGstCamera({ size: '320x240' })));
    for (const [index, id] of ids.entries()) await stack.addCameras([id], { url: cameras[index]!.url });
    await stack.start();
    await stack.live(ids, 40);
  });
  afterAll(async () => {
    await Promise.all((cameras ?? []).map((camera) => camera.stop()));
    await stack?.[Symbol.asyncDispose]();
  });

  /** Until operators see it so: by `restream status` and in the Web UI. */
  const shown = async (id: string, [codec, size]: readonly [string, string?]): Promise<void> => {
    const video = [codec, size].filter(Boolean).join(' ');
    await eventually(
      async () => {
        const { state, video: now = '' } = await stack.relay(id);
        return state === 'live' && now.startsWith(video);
      },
      { what: `${video} of ${id} in the status` },
    );
    await eventually(
      async () => (await stack.details(relayWorkflowId(id))).includes(video.replace(/(\d)x(\d)/, '$1×$2')),
      { what: `${video} of ${id} in the Web UI` },
    );
  };

  test('a camera that restarts with another size or codec is relayed and shown as it is', async () => {
    for (const id of ids) await shown(id, ['h264', '320x240']);
    const others = [{ size: '640x480' }, { codec: 'vp8' }] as const;
    const replace = async (camera: GstCamera, index: number): Promise<GstCamera> => {
      await camera.stop();
      return await startGstCamera({ port: camera.port, ...others[index] });
    };
    cameras = await Promise.all(cameras.map(replace));
    await shown('size', ['h264', '640x480']);
    await shown('codec', ['vp8']);
    const seen = await seenAt(stack.target.readUrl('cam/codec'));
    expect(seen.map(({ codec_name: name }) => name)).toEqual(['vp8']);
  });

  test('a stream whose size changes while it goes on is shown as it is then', async () => {
    const run = await testRun();
    const abort = new AbortController();
    const args = ['-nostdin', '-v', 'error', '-re', '-r', '10', '-f', 'h264', '-i', changing, '-c', 'copy'];
    const target = stack.cameras.server.publishUrl('changing');
    const ended = run({
      command: 'ffmpeg',
      args: [...args, '-f', 'rtsp', '-rtsp_transport', 'tcp', target],
      signal: abort.signal,
    });
    ended.catch(() => undefined);
    try {
      await stack.addCameras(['changing'], { path: 'changing' });
      await shown('changing', ['h264', '320x180']);
      await shown('changing', ['h264', '640x360']);
      await stack.live(['changing']);
    } finally {
      abort.abort();
      await ended.catch(() => undefined);
    }
  });
});
