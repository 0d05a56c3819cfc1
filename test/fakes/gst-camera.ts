// Starts a camera made of GStreamer's RTSP server (gst-camera.py): another implementation of RTSP than MediaMTX's, with logins of its own.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { percentEncode } from '../../src/domain/url.ts';
import { freePort } from '../../src/embedded/free-ports.ts';
import { startServerProcess } from '../../src/embedded/server-process.ts';
import { answersOnTcp } from '../setup/answers-on-tcp.ts';
import { tempDir } from '../setup/temp-dir.ts';
import { testRun } from '../setup/test-tools.ts';

export interface GstCameraSpec {
  /** h264 when absent */
  codec?: 'h264' | 'mjpeg' | 'vp8';
  /** `WxH`, even; 320x240 when absent */
  size?: string;
  /** none when absent */
  audio?: 'pcm_alaw' | 'pcm_mulaw' | 'opus';
  /** how many videos it offers; 1 when absent */
  videos?: number;
  /** a free one when absent */
  port?: number;
  /** everybody may watch when absent */
  login?: { kind: 'basic' | 'digest'; user: string; password: string };
}

export interface GstCamera extends AsyncDisposable {
  port: number;
  /** Address with the login in it. */
  url: string;
  /** Process group of the server. */
  pid: number;
  stop(): Promise<void>;
}

const host = '127.0.0.1';
const program = fileURLToPath(new URL('gst-camera.py', import.meta.url));

/** Starts it and returns when it listens; it encodes only while somebody watches. */
export async function startGstCamera(spec: GstCameraSpec = {}): Promise<GstCamera> {
  const { codec = 'h264', size = '320x240', videos = 1, audio, login } = spec;
  const [dir, port] = [await tempDir(), spec.port ?? (await freePort(host))];
  const { kind, ...account } = login ?? {};
  try {
    const { pid, stop } = await startServerProcess({
      run: await testRun(),
      label: 'GStreamer camera',
      // The system's own: Debian's bindings are for it alone.
      command: '/usr/bin/python3',
      args: [program],
      env: { GST_CAMERA: JSON.stringify({ codec, size, videos, audio, port, login: kind, ...account }) },
      logFile: join(dir.path, 'camera.log'),
      isReady: () => answersOnTcp({ host, port }),
      startSeconds: 60,
    });
    const userinfo = login ? `${percentEncode(login.user)}:${percentEncode(login.password)}@` : '';
    const end = async () => {
      await stop();
      await dir.remove();
    };
    return {
      port,
      pid,
      url: `rtsp://${userinfo}${host}:${port}/live`,
      stop: end,
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await dir.remove();
    throw error;
  }
}
