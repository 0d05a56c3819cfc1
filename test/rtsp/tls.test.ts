import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { startRtspCamera, type RtspCamera } from '../fakes/rtsp-camera.ts';
import { eventually } from '../setup/eventually.ts';
import { runToSuccess } from '../setup/run-to-success.ts';
import { tempDir, testRun, type TempDir } from '../setup/servers.ts';
import {
  ask,
  canary,
  expectNoSecret,
  faultOf,
  jpegDescription,
  jpegFacts,
  user,
  withLogin,
} from './descriptions.ts';

let dir: TempDir;
let encryption: { key: string; cert: string };
beforeAll(async () => {
  dir = await tempDir();
  const [keyPath, certPath] = [join(dir.path, 'key.pem'), join(dir.path, 'cert.pem')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyPath];
  const args = ['req', '-x509', ...key, '-out', certPath, '-subj', '/CN=camera', '-days', '2'];
  await runToSuccess(await testRun(), { command: 'openssl', args });
  encryption = { key: await readFile(keyPath, 'utf8'), cert: await readFile(certPath, 'utf8') };
});
afterAll(() => dir.remove());

let camera: RtspCamera;
beforeEach(async () => {
  camera = await startRtspCamera(encryption);
  camera.offer(jpegDescription);
});
afterEach(async () => {
  await eventually(() => camera.openConnections() === 0, { what: 'a closed connection' });
  await camera.close();
});

describe('a camera behind TLS', () => {
  it('is asked although it signed its certificate itself, and tells which one it is', async () => {
    camera.protect({ user, password: canary, offers: ['SHA-256'] });
    const certificateSha256 = new X509Certificate(encryption.cert).fingerprint256
      .replaceAll(':', '')
      .toLowerCase();
    expect(await ask(withLogin(`rtsps://127.0.0.1:${camera.port}/live`))).toEqual({
      ...jpegFacts,
      certificateSha256,
    });
    expect(camera.requests[0]?.target).toBe(`rtsps://127.0.0.1:${camera.port}/live`);
  });

  it('does not redirect to plain text', async () => {
    const location = `rtsp://127.0.0.1:${camera.port}/live`;
    camera.always({ do: 'answer', status: 302, headers: { location } });
    const fault = await faultOf(withLogin(`rtsps://127.0.0.1:${camera.port}/live`));
    expect(fault).toMatchObject({ type: 'ForbiddenUrl', message: expect.stringContaining('plain text') });
    expectNoSecret(fault);
  });

  it('is not understood without it', async () => {
    const fault = await faultOf(withLogin(`rtsp://127.0.0.1:${camera.port}/live`));
    expect(['MediaUnreadable', 'SourceUnreachable']).toContain(fault.type);
    expectNoSecret(fault);
  });
});

it.each([
  ['answers something else', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'MediaUnreadable', 'no TLS'],
  ['is silent', '', 'SourceStalled', 'does not answer'],
])('a camera that %s is not asked over TLS', async (_, bytes, type, words) => {
  const plain = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(bytes));
  });
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = plain.address() as AddressInfo;
    const fault = await faultOf(withLogin(`rtsps://127.0.0.1:${port}/live`), { timeoutSeconds: 1 });
    expect(fault).toMatchObject({ type, message: expect.stringContaining(words) });
    expectNoSecret(fault);
  } finally {
    await new Promise((resolve) => plain.close(resolve));
  }
});
