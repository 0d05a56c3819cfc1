// Demo cameras: ffmpeg publishes a picture with a burnt-in clock and a tone over RTSP to the embedded MediaMTX, which records it.
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../process/run-spec.ts';
import { demoPicture, demoPictureFilter, demoToneFilter } from './demo-picture.ts';
import type { MediaMtxServer } from './mediamtx-server.ts';

export interface DemoCamera {
  /** MediaMTX path it publishes to. */
  path: string;
  /** Hertz of its tone. */
  toneHertz: number;
}

/** A camera that publishes until it is stopped. */
export interface PublishingCamera {
  ended: Promise<unknown>;
  stop(): Promise<void>;
}

/** Paths of demo cameras; publishing to them needs no password, but only from this machine. */
const demoPaths = '~^demo-';

/**
 * Lets programs of this machine publish to demo paths without a password until MediaMTX restarts: ffmpeg takes an output's
 * address on its command line alone, where a password would be seen by every user of the machine.
 */
export async function openDemoPaths({
  mediamtx: { apiUrl, users },
  dataDir,
}: {
  mediamtx: Pick<MediaMtxServer, 'apiUrl' | 'users'>;
  dataDir: string;
}): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${users.api.user}:${users.api.password}`).toString('base64')}`;
  // From the file, not from the API: the API shows the accounts without their passwords.
  const configuration = await readFile(join(dataDir, 'mediamtx', 'mediamtx.json'), 'utf8');
  const { authInternalUsers } = JSON.parse(configuration) as { authInternalUsers: object[] };
  const guest = {
    user: 'any',
    pass: '',
    ips: ['127.0.0.1', '::1'],
    permissions: [{ action: 'publish', path: demoPaths }],
  };
  const change = async (method: string, path: string, body: object): Promise<void> => {
    const answer = await fetch(`${apiUrl}/v3/config/${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok)
      throw new Error(`MediaMTX does not take ${path}: ${answer.status} ${await answer.text()}`);
  };
  await change('PATCH', 'global/patch', { authInternalUsers: [...authInternalUsers, guest] });
  // Recorded by the cameras' own clock (RTCP), not by the time of arrival.
  await change('POST', `paths/add/${encodeURIComponent(demoPaths)}`, { useAbsoluteTimestamp: true });
}

export interface DemoPublishing {
  run: Run;
  ffmpegPath: string;
  rtspUrl: string;
  camera: DemoCamera;
  fontFile?: string | undefined;
}

/** Starts one camera. */
export function publishDemoCamera({ run, ffmpegPath, ...spec }: DemoPublishing): PublishingCamera {
  const abort = new AbortController();
  const args = demoCameraArgs({ ...spec, midnightMs: Math.floor(Date.now() / 86_400_000) * 86_400_000 });
  const ended = run({ command: ffmpegPath, args, signal: abort.signal });
  ended.catch(() => undefined);
  return {
    ended,
    stop: async () => {
      abort.abort();
      await ended.catch(() => undefined);
    },
  };
}

/** Sound begins this many packets late: MediaMTX takes a recording’s time from what comes first, and that must be the picture. */
const silentPackets = Math.ceil((5 * 48_000) / 1024);

/** Arguments of ffmpeg. A key frame each second, so that no recording begins in the middle of a picture. */
export function demoCameraArgs(
  spec: Omit<DemoPublishing, 'run' | 'ffmpegPath'> & { midnightMs: number },
): string[] {
  const { rtspUrl, camera, midnightMs, fontFile } = spec;
  const picture = demoPictureFilter({ name: camera.path, midnightMs, fontFile });
  const tone = demoToneFilter({ hertz: camera.toneHertz, midnightMs });
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
    ...[
      '-filter_complex',
      `${picture}[v];${tone}[a]`,
      '-map',
      '[v]',
      '-map',
      '[a]',
      '-fps_mode',
      'passthrough',
    ],
    ...[
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-tune',
      'zerolatency',
      '-b:v',
      '500k',
      '-maxrate',
      '800k',
    ],
    ...['-bufsize', '800k', '-g', String(demoPicture.framesPerSecond), '-c:a', 'aac', '-b:a', '64k'],
    ...['-bsf:a', `noise=drop=lt(n\\,${silentPackets})`],
    // Time 0 of the packets is midnight; RTCP tells MediaMTX, as a camera with a synchronised clock would.
    ...[
      '-start_time_realtime',
      String(midnightMs * 1000),
      '-f',
      'rtsp',
      '-rtsp_transport',
      'tcp',
      `${rtspUrl}/${camera.path}`,
    ],
  ];
}

const fontFiles = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf',
  '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
  '/usr/share/fonts/dejavu/DejaVuSansMono.ttf',
  '/usr/share/fonts/truetype/liberation/LiberationMono-Regular.ttf',
  '/usr/share/fonts/truetype/freefont/FreeMono.ttf',
  '/System/Library/Fonts/Menlo.ttc',
];

/** A font of this machine for the burnt-in letters; undefined where none is known. */
export async function findDemoFont(): Promise<string | undefined> {
  for (const file of fontFiles) {
    const found = await access(file).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}
