// What ffmpeg is told when it publishes a camera: the list on its stdin, which holds the camera's address, and its argv, which does not.
import { serializeUrl, type SourceUrl } from '../domain/url.ts';
import { quoteForList } from './concat-list.ts';
import { ffmpegArgs } from './ffmpeg-args.ts';

export interface RelayWay {
  source: SourceUrl;
  /** Holds the token, and stands in argv. */
  targetUrl: string;
  audio: 'copy' | 'aac' | 'none';
  video: 'copy' | 'h264';
  stallSeconds: number;
}

/** So that silence is the watchdog's business, which knows what to call it, and the socket's own only after that. */
const socketExtraSeconds = 5;

/**
 * What ffmpeg reads from stdin; secret. Against the address in argv it costs nothing: pictures arrive in the same 0.04 s and keep their
 * times to a microsecond (measured). Frames are not counted to guess a rate, or the first picture would wait for the twentieth.
 */
export function relayListText({ source, audio, stallSeconds }: RelayWay): string {
  return [
    'ffconcat version 1.0',
    `file ${quoteForList(serializeUrl(source))}`,
    'option rtsp_transport tcp',
    `option timeout ${Math.ceil((stallSeconds + socketExtraSeconds) * 1e6)}`,
    `option allowed_media_types ${audio === 'none' ? 'video' : 'video+audio'}`,
    'option fpsprobesize 0',
    '',
  ].join('\n');
}

export function relayArgs({ source, targetUrl, audio, video }: RelayWay): string[] {
  const protocols = ['pipe', 'rtsp', 'rtp', 'tcp', 'udp', ...(source.scheme === 'rtsps' ? ['tls'] : [])];
  return ffmpegArgs({
    inputs: [
      {
        options: [
          ...['-protocol_whitelist', protocols.join(','), '-fpsprobesize', '0'],
          ...(video === 'h264' ? ['-max_pixels', String(maxPixels)] : []),
          ...['-f', 'concat', '-safe', '0'],
        ],
        source: 'pipe:0',
      },
    ],
    outputs: [
      {
        options: [
          ...['-map', '0:v:0', ...videoArgs[video]],
          ...(audio === 'none' ? ['-an'] : ['-map', '0:a:0?', ...audioArgs[audio]]),
          ...['-map_metadata', '-1', '-f', 'rtsp', '-rtsp_transport', 'tcp'],
        ],
        target: targetUrl,
      },
    ],
  });
}

/** 8K and a little: more is a broken stream or an attack on memory. */
const maxPixels = 36_000_000;

/** A key frame each two seconds after the last one, also when the camera's clock jumps. */
const keyFrames = 'expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+2))';

const videoArgs: Record<RelayWay['video'], readonly string[]> = {
  copy: ['-c:v', 'copy'],
  h264: [
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'],
    ...['-crf', '23', '-maxrate', '6M', '-bufsize', '6M', '-force_key_frames', keyFrames],
    // Constant rate would fill a jump of the clock with thousands of copies of one picture.
    ...['-fps_mode', 'vfr'],
  ],
};

/** Resampling keeps the sound on its times for months; the encoder takes the supported rate nearest to the camera's. */
const resampled =
  'aresample=async=1000,aformat=sample_rates=16000|22050|24000|32000|44100|48000:channel_layouts=mono|stereo';

const audioArgs: Record<'copy' | 'aac', readonly string[]> = {
  copy: ['-c:a', 'copy'],
  aac: ['-c:a', 'aac', '-b:a', '96k', '-af', resampled],
};
