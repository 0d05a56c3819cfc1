// Demo cameras: ffmpeg publishes a picture with a burnt-in clock and a tone over RTSP to the embedded MediaMTX, which records it.
import { access } from 'node:fs/promises';
import type { Run } from '../process/run-spec.ts';
import { demoPicture, demoPictureFilter, demoToneFilter, demoWayMs } from './demo-picture.ts';

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

/**
 * Paths of demo cameras; programs of this machine may publish to them without a password: ffmpeg takes an output's address on its
 * command line alone, where a password would be seen by every user of the machine.
 */
export const demoPathPrefix = 'demo-';

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

/**
 * MediaMTX dates a recording by the arrival of its first picture, so that one must take no longer than all others. Pictures are
 * withheld for a second, while the handshake goes on, and then until a key frame leaves within 25 ms of its time (at most 5 s);
 * no report goes in front; and a whole key frame is one packet.
 */
function withheldPictures(midnightMs: number): string {
  const { framesPerSecond } = demoPicture;
  const late = `gt(time(0)-${midnightMs / 1000}-pts*tb,${(25 - demoWayMs) / 1000})`;
  const wait = `lt(n,${framesPerSecond})+lt(n,${framesPerSecond * 5})*(${late}+not(key))`;
  return `if(ld(0),0,if(${wait},1,st(0,1)*0))`.replaceAll(',', '\\,');
}

/** Sound must flow before pictures do: the multiplexer holds a picture back until it has sound of a later date. */
const withheldSoundPackets = Math.ceil((0.5 * 48_000) / 1024);
const largestPacketBytes = 60_000;

/** Arguments of ffmpeg. A key frame each second, so that no recording begins in the middle of a picture. */
export function demoCameraArgs(
  spec: Omit<DemoPublishing, 'run' | 'ffmpegPath'> & { midnightMs: number },
): string[] {
  const { rtspUrl, camera, midnightMs, fontFile } = spec;
  const picture = demoPictureFilter({ name: camera.path, midnightMs, fontFile });
  const tone = demoToneFilter({ hertz: camera.toneHertz, midnightMs });
  return [
    '-hide_banner -loglevel error -nostdin -filter_complex'.split(' '),
    [`${picture}[v];${tone}[a]`],
    '-map [v] -map [a] -fps_mode passthrough -enc_time_base:v 1:1000 -c:v libx264 -preset ultrafast -tune zerolatency'.split(
      ' ',
    ),
    `-b:v 500k -maxrate 800k -bufsize 800k -g ${demoPicture.framesPerSecond} -c:a aac -b:a 64k`.split(' '),
    ['-bsf:v', `noise=drop=${withheldPictures(midnightMs)}`],
    ['-bsf:a', `noise=drop=lt(n\\,${withheldSoundPackets})`],
    `-f rtsp -rtsp_transport tcp -rtpflags skip_rtcp -pkt_size ${largestPacketBytes}`.split(' '),
    [`${rtspUrl}/${camera.path}`],
  ].flat();
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
