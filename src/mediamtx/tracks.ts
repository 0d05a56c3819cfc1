// MediaMTX's words for streams, as ffmpeg's.
import type { PathTrack } from './control.ts';

const videoCodecs: Record<string, string> = {
  H264: 'h264',
  H265: 'hevc',
  AV1: 'av1',
  VP8: 'vp8',
  VP9: 'vp9',
  'MPEG-4 Video': 'mpeg4',
  'MPEG-1/2 Video': 'mpeg2video',
  'M-JPEG': 'mjpeg',
};

const audioCodecs: Record<string, string> = {
  'MPEG-4 Audio': 'aac',
  'MPEG-4 Audio LATM': 'aac',
  'MPEG-1/2 Audio': 'mp3',
  Opus: 'opus',
  G711: 'g711',
  G722: 'g722',
  LPCM: 'pcm',
  'AC-3': 'ac3',
  Vorbis: 'vorbis',
  Speex: 'speex',
};

export interface PathStreams {
  video?: { codec: string; width?: number; height?: number };
  audio?: { codec: string };
}

/** The first video and the first audio stream; absent while the path has none. */
export function streamsOf(tracks: readonly PathTrack[]): PathStreams {
  const video = tracks.find(({ codec }) => Object.hasOwn(videoCodecs, codec));
  const audio = tracks.find(({ codec }) => Object.hasOwn(audioCodecs, codec));
  return {
    ...(video ? { video: { ...video, codec: videoCodecs[video.codec]! } } : {}),
    ...(audio ? { audio: { codec: audioCodecs[audio.codec]! } } : {}),
  };
}
