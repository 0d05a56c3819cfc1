// Publishes a camera to MediaMTX with one ffmpeg, until one of the two ends; the camera's address goes by stdin, never in argv.
import { Fault, isFault } from '../domain/fault.ts';
import { parseSourceUrl } from '../domain/url.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { relayArgs, relayListText } from './relay-args.ts';
import { relayEnd } from './relay-end.ts';

export interface PublishSpec {
  /** With credentials; secret. */
  sourceUrl: string;
  /** With the token; secret. */
  targetUrl: string;
  audio: 'copy' | 'aac' | 'none';
  video: 'copy' | 'h264';
  stallSeconds: number;
  signal: AbortSignal;
  /** Frames so far and bits a second, each second or so. */
  onProgress: (progress: { frames: number; bitsPerSecond?: number }) => void;
}

/**
 * A relay has no good end: it throws what relay-end.ts lists, ForbiddenUrl for anything but rtsp and rtsps, or the signal's reason when it
 * was told to stop. ffmpeg is gone by then. `stallSeconds` without a new picture end it, whatever the sound does.
 */
export async function relayRtsp(ffmpeg: Ffmpeg, spec: PublishSpec): Promise<never> {
  const source = parseSourceUrl(spec.sourceUrl, ['rtsp', 'rtsps']);
  const target = parseSourceUrl(spec.targetUrl, ['rtsp', 'rtsps']);
  const way = { ...spec, source };
  const pictures = watchPictures(spec);
  let fault: Fault | undefined;
  try {
    await ffmpeg({
      purpose: 'a relay',
      args: relayArgs(way),
      stdin: relayListText(way),
      secrets: [source.password, target.password].filter((secret) => secret !== undefined),
      live: true,
      signal: AbortSignal.any([spec.signal, pictures.stalled]),
      stallSeconds: spec.stallSeconds,
      onProgress: ({ frames = 0 }) => pictures.seen(frames),
    });
  } catch (error) {
    spec.signal.throwIfAborted();
    if (!isFault(error)) throw error;
    fault = error;
  }
  throw relayEnd({
    ...(fault ? { fault } : {}),
    ...{ frames: pictures.frames(), silentSeconds: pictures.silentSeconds() },
    ...{ stallSeconds: spec.stallSeconds, target: `${target.host}:${target.port ?? 554}` },
  });
}

interface Pictures {
  /** Aborts when sound goes on without pictures: ffmpeg's own watchdog takes either for progress. */
  stalled: AbortSignal;
  seen(frames: number): void;
  frames(): number;
  silentSeconds(): number;
}

function watchPictures({ stallSeconds, onProgress }: PublishSpec): Pictures {
  const stalled = new AbortController();
  let frames = 0;
  let grewMs = performance.now();
  const silentSeconds = (): number => (performance.now() - grewMs) / 1000;
  return {
    stalled: stalled.signal,
    seen(count) {
      if (count > frames) {
        frames = count;
        grewMs = performance.now();
      } else if (silentSeconds() >= stallSeconds) {
        stalled.abort(new Fault('SourceStalled', `No new picture for ${stallSeconds} s.`));
      }
      onProgress({ frames });
    },
    frames: () => frames,
    silentSeconds,
  };
}
