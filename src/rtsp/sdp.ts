// What a session description (SDP, RFC 8866) says of pictures and sound; tolerant of what cameras write, and nothing else of it is read.
import { rtpCodecOf, type RtpCodec } from './codec-names.ts';
import { h264PictureSize, hevcPictureSize, type PictureSize } from './picture-size.ts';

/** What a camera says that it sends; the first video and the first sound of it. */
export interface SourceFacts {
  /** `codec` is ffmpeg's name: h264, hevc, mjpeg, av1 …; the size is absent where the description does not tell it. */
  video: { codec: string; width?: number; height?: number };
  /** How many videos it offers. */
  videos: number;
  /** `sampleRate` in hertz. */
  audio?: { codec: string; sampleRate?: number; channels?: number };
  /** Of the certificate that an rtsps camera showed, in hex: MediaMTX takes one that nobody signed by it (`sourceFingerprint`). */
  certificateSha256?: string;
}

interface MediaSection {
  kind: string;
  /** The first format, which a camera prefers; NaN when it is no number. */
  payloadType: number;
  /** What follows `a=`. */
  attributes: string[];
}

/** Undefined when it holds no video whose codec is named. */
export function readSourceFacts(description: string): SourceFacts | undefined {
  const sections = mediaSections(description);
  const videos = sections.filter(({ kind }) => kind === 'video');
  const [first] = videos;
  const codec = first && codecOf(first)?.codec;
  if (!codec) return undefined;
  const audio = sections.find(({ kind }) => kind === 'audio');
  const sound = audio && codecOf(audio);
  return {
    video: { codec, ...sizeOf(first, codec) },
    videos: videos.length,
    ...(sound && { audio: soundFacts(sound) }),
  };
}

function mediaSections(description: string): MediaSection[] {
  const sections: MediaSection[] = [];
  for (const line of description.split(/[\r\n]+/)) {
    const media = /^\s*m=\s*([\w-]+)(?:\s+\S+\s+\S+\s+(\d{1,3})\b)?/i.exec(line);
    if (media) {
      const [, kind = '', payloadType] = media;
      sections.push({ kind: kind.toLowerCase(), payloadType: Number(payloadType), attributes: [] });
      continue;
    }
    const attribute = /^\s*a=\s*(.*)$/.exec(line)?.[1];
    if (attribute !== undefined) sections.at(-1)?.attributes.push(attribute);
  }
  return sections;
}

/** The value of `name:payloadType value`; some cameras write another payload type than in the `m=` line, so the only one counts too. */
function valueFor({ attributes, payloadType }: MediaSection, name: string): string | undefined {
  const found = attributes.flatMap((attribute) => {
    const match = /^([\w-]+)\s*:\s*(\d+)\s+(.*)$/.exec(attribute);
    return match && match[1]!.toLowerCase() === name ? [{ type: Number(match[2]), value: match[3]! }] : [];
  });
  return (found.find(({ type }) => type === payloadType) ?? (found.length === 1 ? found[0] : undefined))
    ?.value;
}

const codecOf = (section: MediaSection): RtpCodec | undefined =>
  rtpCodecOf(section.payloadType, valueFor(section, 'rtpmap'));

/** Clocks that are none of the sound: G.722 counts half of its samples by an old error (RFC 3551, 4.5.2), MPEG always 90 kHz. */
function soundFacts({ codec, clockHz, channels = 1 }: RtpCodec): NonNullable<SourceFacts['audio']> {
  if (codec === 'adpcm_g722') return { codec, sampleRate: 16_000, channels };
  if (clockHz === undefined || clockHz === 90_000) return { codec };
  return { codec, sampleRate: clockHz, channels };
}

function sizeOf(section: MediaSection, codec: string): PictureSize | undefined {
  const parameters = valueFor(section, 'fmtp') ?? '';
  if (codec === 'h264') {
    const sets = nalUnits(parameters, 'sprop-parameter-sets');
    const sequence = sets.find(([header = 0]) => (header & 31) === 7);
    return (sequence && h264PictureSize(sequence)) ?? statedSize(section);
  }
  if (codec === 'hevc') {
    const [sequence] = nalUnits(parameters, 'sprop-sps');
    return (sequence && hevcPictureSize(sequence)) ?? statedSize(section);
  }
  return statedSize(section);
}

/** NAL units of one parameter of `a=fmtp`, which is a list of Base64 texts. */
function nalUnits(parameters: string, name: string): Uint8Array[] {
  const parameter = parameters.split(';').find((text) => text.trim().toLowerCase().startsWith(`${name}=`));
  const list = parameter?.slice(parameter.indexOf('=') + 1) ?? '';
  return list.split(',').map((text) => Buffer.from(text, 'base64'));
}

/** What cameras that send JPEG write: `framesize:26 640-480` (3GPP TS 26.234), `x-dimensions:640,480` (QuickTime). */
function statedSize({ attributes }: MediaSection): PictureSize | undefined {
  const stated = /^(?:framesize:\d+ |x-dimensions:) *(\d{1,5})[-,] *(\d{1,5})/i;
  const match = attributes.map((attribute) => stated.exec(attribute)).find((found) => found !== null);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  return width > 0 && height > 0 ? { width, height } : undefined;
}
