// Codecs as a session description names them (RTP payload formats), translated into ffmpeg's names.

/** Encoding names of `a=rtpmap`, upper case; a name that is not here is given in lower case. */
const byEncoding: Readonly<Record<string, string>> = {
  H264: 'h264',
  H265: 'hevc',
  HEVC: 'hevc',
  H266: 'vvc',
  JPEG: 'mjpeg',
  AV1: 'av1',
  VP8: 'vp8',
  VP9: 'vp9',
  MPV: 'mpeg2video',
  'MP4V-ES': 'mpeg4',
  'H263-1998': 'h263',
  'H263-2000': 'h263',
  MP2T: 'mpegts',
  RAW: 'rawvideo',
  PCMU: 'pcm_mulaw',
  PCMA: 'pcm_alaw',
  L8: 'pcm_u8',
  L16: 'pcm_s16be',
  L24: 'pcm_s24be',
  G722: 'adpcm_g722',
  G723: 'g723_1',
  'G726-16': 'adpcm_g726le',
  'G726-24': 'adpcm_g726le',
  'G726-32': 'adpcm_g726le',
  'G726-40': 'adpcm_g726le',
  'MPEG4-GENERIC': 'aac',
  'MP4A-LATM': 'aac',
  MPA: 'mp2',
  'MPA-ROBUST': 'mp3',
  AMR: 'amr_nb',
  'AMR-WB': 'amr_wb',
};

/** Payload types that need no `a=rtpmap`, as it would read (RFC 3551, table 4 and 5). */
const byPayloadType: Readonly<Record<number, string>> = {
  0: 'PCMU/8000',
  3: 'GSM/8000',
  4: 'G723/8000',
  8: 'PCMA/8000',
  9: 'G722/8000',
  10: 'L16/44100/2',
  11: 'L16/44100',
  14: 'MPA/90000',
  15: 'G728/8000',
  18: 'G729/8000',
  26: 'JPEG/90000',
  31: 'H261/90000',
  32: 'MPV/90000',
  33: 'MP2T/90000',
  34: 'H263/90000',
};

export interface RtpCodec {
  /** ffmpeg's name. */
  codec: string;
  /** Of the RTP clock, in hertz. */
  clockHz?: number;
  channels?: number;
}

/** @param map what `a=rtpmap` says of the payload type: `H264/90000`, `opus/48000/2`; undefined when neither names a codec */
export function rtpCodecOf(payloadType: number, map = byPayloadType[payloadType]): RtpCodec | undefined {
  const match = /^([\w.+-]{1,40})(?:\/(\d{1,7})(?:\/(\d{1,2}))?)?\s*$/.exec(map ?? '');
  if (!match?.[1]) return undefined;
  const [, name, clock, channels] = match;
  return {
    codec: byEncoding[name.toUpperCase()] ?? name.toLowerCase(),
    ...(clock && { clockHz: Number(clock) }),
    ...(channels && { channels: Number(channels) }),
  };
}
