// A camera that publishes to the fleet's MediaMTX: a small test picture over RTSP, with the publisher's password.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServerProcess, type ServerProcess } from '../../src/embedded/server-process.ts';
import { eventually } from '../setup/eventually.ts';
import type { Fleet, Machine } from './fleet.ts';

export interface PublishedCamera {
  /** Archive URL with the reader's credentials. */
  archiveUrl: string;
  /** Seconds of recording that playback holds now, from its first frame. */
  recorded(): Promise<{ startMs: number; seconds: number }>;
  stop(): Promise<void>;
}

export async function publishCamera(
  fleet: Fleet,
  machine: Machine,
  camera: string,
): Promise<PublishedCamera> {
  const secret = (name: string): string => readFileSync(join(fleet.spec.secretsDir, name), 'utf8');
  const password = secret('mediamtx_publisher_password');
  const reader = `reader:${secret('mediamtx_reader_password')}`;
  const playback = `http://${fleet.addressOf(9996)}`;
  const authorization = `Basic ${Buffer.from(reader).toString('base64')}`;
  const recorded = async (): Promise<{ startMs: number; seconds: number }> => {
    const response = await fetch(`${playback}/list?path=${camera}`, { headers: { authorization } });
    const [span] = response.ok ? ((await response.json()) as { start: string; duration: number }[]) : [];
    return span ? { startMs: Date.parse(span.start), seconds: span.duration } : { startMs: 0, seconds: 0 };
  };
  const picture = 'testsrc2=size=160x120:rate=10';
  const server: ServerProcess = await startServerProcess({
    run: fleet.spec.run,
    label: `camera ${camera}`,
    command: 'ffmpeg',
    args: [
      ...['-loglevel', 'error', '-re', '-f', 'lavfi', '-i', picture],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10', '-bf', '0', '-pix_fmt', 'yuv420p'],
      ...['-rtsp_transport', 'tcp', '-f', 'rtsp'],
      `rtsp://publisher:${password}@${fleet.addressOf(8554)}/${camera}`,
    ],
    logFile: join(fleet.spec.dir, 'logs', `camera-${camera}-${machine.host}.log`),
    isReady: async () => (await recorded()).seconds > 0,
    startSeconds: 60,
  });
  return {
    archiveUrl: `http://${reader}@${fleet.addressOf(9996)}/${camera}`,
    recorded,
    stop: () =>
      eventually(() => server.stop().then(() => true), { what: 'the camera to stop' }).then(() => undefined),
  };
}
