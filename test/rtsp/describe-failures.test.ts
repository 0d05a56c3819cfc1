import net from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../src/embedded/free-ports.ts';
import { startRtspCamera, type CameraStep, type RtspCamera } from '../fakes/rtsp-camera.ts';
import { eventually } from '../setup/eventually.ts';
import { description, expectNoSecret, faultOf, jpegDescription, withLogin } from './descriptions.ts';

let camera: RtspCamera;
let url: string;
beforeEach(async () => {
  camera = await startRtspCamera();
  url = withLogin(`rtsp://127.0.0.1:${camera.port}/live/1?channel=2`);
});
afterEach(async () => {
  await eventually(() => camera.openConnections() === 0, { what: 'a closed connection' });
  await camera.close();
});

const head = 'RTSP/1.0 200 OK\r\n';
const raw = (bytes: string | Uint8Array, last?: 'end' | 'reset'): CameraStep => ({
  do: 'raw',
  bytes,
  ...(last && { last }),
});
const status = (code: number): CameraStep => ({ do: 'answer', status: code });
const describing = (body: string): CameraStep => ({ do: 'answer', status: 200, body });
/** 32 KiB between `$` and the next one. */
const packet = Buffer.concat([Buffer.from([0x24, 0, 0x7f, 0xff]), Buffer.alloc(0x7fff)]);

describe('a camera that fails', () => {
  it.each<[string, CameraStep, string, string]>([
    ['with 401 that it never explains', status(401), 'AuthRejected', 'login'],
    ['with 403', status(403), 'AuthRejected', 'refuses'],
    ['with 404', status(404), 'SourceMissing', 'RTSP 404'],
    ['with 410', status(410), 'SourceMissing', 'RTSP 410'],
    ['with 453', status(453), 'SourceBusy', 'RTSP 453'],
    ['with 503', status(503), 'SourceBusy', 'RTSP 503'],
    ['with 500', status(500), 'SourceUnreachable', 'RTSP 500'],
    ['with 400', status(400), 'InputInvalid', 'RTSP 400'],
    ['by a reset', { do: 'reset' }, 'SourceUnreachable', 'broke the connection off'],
    ['by an end', { do: 'end' }, 'SourceUnreachable', 'without an answer'],
    ['by a reset inside its answer', raw(`${head}CSeq`, 'reset'), 'SourceUnreachable', 'broke'],
    ['by silence', { do: 'hang' }, 'SourceStalled', 'does not answer'],
    ['by silence inside its answer', raw(`${head}CSeq: 1\r\n`), 'SourceStalled', 'in the middle'],
    ['by half a packet', raw('$\0\x09'), 'SourceStalled', 'in the middle'],
    ['by HTTP', raw('HTTP/1.1 400 Bad Request\r\n\r\n'), 'MediaUnreadable', 'speaks HTTP'],
    ['by SSH', raw('SSH-2.0-dropbear\r\n'), 'MediaUnreadable', 'speaks SSH'],
    ['by garbage', raw(Buffer.from([0, 1, 2, 255])), 'MediaUnreadable', 'something else'],
    ['by a status that is none', raw('RTSP/1.0 fine\r\n\r\n'), 'MediaUnreadable', 'status line'],
    ['by a header without an end', raw(`${head}X: ${'x'.repeat(70_000)}`), 'MediaUnreadable', '65536'],
    ['by a header too long', raw(`${head}${'X: y\n'.repeat(14_000)}\n`), 'MediaUnreadable', '65536'],
    ['by a body too long', raw(`${head}Content-Length: 262145\r\n\r\n`), 'MediaUnreadable', '262144'],
    ['by a length below zero', raw(`${head}Content-Length: -5\r\n\r\n`), 'MediaUnreadable', 'no length'],
    [
      'by two lengths',
      raw(`${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n`),
      'MediaUnreadable',
      'no length',
    ],
    [
      'by a length too great',
      raw(`${head}Content-Length: 900\r\n\r\n${jpegDescription}`, 'end'),
      'MediaUnreadable',
      'in the middle',
    ],
    [
      'by a length too small',
      raw(`${head}Content-Length: 40\r\n\r\n${jpegDescription}`),
      'MediaUnreadable',
      'no video',
    ],
    [
      'by packets without end',
      raw(Buffer.concat(Array<Buffer>(9).fill(packet))),
      'MediaUnreadable',
      'before it answers',
    ],
    ['by describing nothing', status(200), 'MediaUnreadable', 'no video'],
    [
      'by describing sound alone',
      describing(description('m=audio 0 RTP/AVP 0')),
      'MediaUnreadable',
      'no video',
    ],
    ['by describing a page', describing('<html>m=video</html>'), 'MediaUnreadable', 'no video'],
    [
      'by a video without a codec',
      describing(description('m=video 0 RTP/AVP 96')),
      'MediaUnreadable',
      'no video',
    ],
  ])('%s', async (_, step, type, words) => {
    camera.always(step);
    const fault = await faultOf(url, { timeoutSeconds: type === 'SourceStalled' ? 1 : 10 });
    expect(fault).toMatchObject({ type, message: expect.stringContaining(words) });
    expect(fault.message).toContain(`127.0.0.1:${camera.port}`);
    expectNoSecret(fault);
  });

  it('tells how long it wants to be left alone', async () => {
    camera.always({ do: 'answer', status: 503, headers: { 'retry-after': '7' } });
    expect((await faultOf(url)).details).toMatchObject({ status: 503, retryAfterSeconds: 7 });
  });

  it('is told apart from one that is not there', async () => {
    const refused = await faultOf(url.replace(`:${camera.port}`, `:${await freePort('127.0.0.1')}`));
    expect(refused).toMatchObject({
      type: 'SourceUnreachable',
      message: expect.stringContaining('refuses the connection'),
    });
    expectNoSecret(refused);
    const nameless = await faultOf(url.replace('127.0.0.1', 'no-such-camera.invalid'));
    expect(nameless).toMatchObject({
      type: 'SourceUnreachable',
      message: expect.stringMatching(/resolve|in time/),
    });
    expectNoSecret(nameless);
  });

  it('that does not even accept a connection in time is unreachable', async () => {
    const deaf = await deafServer();
    try {
      const fault = await faultOf(`rtsp://127.0.0.1:${deaf.port}/`, { timeoutSeconds: 0.3 });
      expect(fault).toMatchObject({ type: 'SourceUnreachable', message: expect.stringContaining('in time') });
    } finally {
      await deaf.close();
    }
  });

  it.each(['http://h/x', 'file:///etc/passwd', 'rtmp://h/x', 'rtsp://h/../x', 'rtsp://h:0/', 'no address'])(
    'cannot be one at %s',
    async (address) => expect(await faultOf(address)).toMatchObject({ type: 'ForbiddenUrl' }),
  );

  it('at an address that is refused keeps its login to itself', async () => {
    const fault = await faultOf(withLogin('rtmp://h/live'));
    expect(fault).toMatchObject({ type: 'ForbiddenUrl' });
    expectNoSecret(fault);
  });
});

/** Listens and accepts nothing, and the kernel's queue of its connections is full: it drops what else comes. */
async function deafServer(): Promise<{ port: number; close: () => Promise<void> }> {
  const source = `
    const { parentPort } = require('node:worker_threads');
    const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const worker = new Worker(source, { eval: true });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  const queued: net.Socket[] = [];
  for (let count = 0; count < 2; count += 1) {
    const socket = net.connect({ port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('connect', resolve));
    queued.push(socket);
  }
  return {
    port,
    async close() {
      for (const socket of queued) socket.destroy();
      await worker.terminate();
    },
  };
}
