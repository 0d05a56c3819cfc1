// Walks the packets of an MPEG transport stream (188 bytes, or 192 and 204 around them) for presentation times.
import { ByteWindow, type ByteSource } from './byte-source.ts';
import { sniffBytes, transportPacketBytes } from './sniff.ts';
import { streamKeyOf, type AudioParameters, type VideoParameters } from './stream-key.ts';
import { discontinuitySeconds, earliestSeconds, emptyTimes, type TrackTimes } from './track-times.ts';
import { ProgramFinder, type Program } from './ts-program.ts';
import { clockHz, TsStream, WrappingClock } from './ts-stream.ts';

/** The tables repeat several times a second; a file without them in its first 32 MB has none. */
const programSearchBytes = 32 * 1024 * 1024;
const syncByte = 0x47;
/** ffmpeg's streams start at 1.4 s (twice its mux delay): a transport stream has no zero, and a start below this is the muxer's. */
const muxerDelaySeconds = 2;

/** One packet with a payload; the same object for all packets of a walk, because there are thousands a second. */
interface Packet {
  bytes: Buffer;
  /** The payload is bytes[payload, end). */
  payload: number;
  end: number;
  pid: number;
  isStart: boolean;
}

type OnPacket = (packet: Packet) => boolean;

/** Times of the first program's video and audio. */
export function readMpegTs(source: ByteSource): TrackTimes {
  const window = new ByteWindow(source);
  const layout = transportPacketBytes(window.copy(0, sniffBytes));
  if (!layout) return emptyTimes('mpegts', { corrupt: true });
  const program = findProgram(window, layout);
  if (!program) return emptyTimes('mpegts', { unsupported: 'a transport stream without program tables' });
  const clock = new WrappingClock();
  const video = program.video && new TsStream(program.video, clock);
  const audio = program.audio && new TsStream(program.audio, clock);
  const walk = walkPackets(window, { ...layout, until: source.sizeBytes }, (packet) => {
    const stream =
      packet.pid === video?.stream.pid ? video : packet.pid === audio?.stream.pid ? audio : undefined;
    if (!stream) return true;
    if (packet.isStart) stream.start(packet.bytes.subarray(packet.payload, packet.end));
    else if (stream.wantsMore) stream.add(packet.bytes.subarray(packet.payload, packet.end));
    return true;
  });
  video?.finish();
  audio?.finish();
  return toTimes({ video, audio, ...walk });
}

function toTimes(found: {
  video: TsStream | undefined;
  audio: TsStream | undefined;
  corrupt: boolean;
  truncated: boolean;
}): TrackTimes {
  const videoPts = found.video?.pts.toArray() ?? new Float64Array(0);
  const audioPts = found.audio?.pts.toArray() ?? new Float64Array(0);
  const untimed = found.video?.packetsWithoutTime ?? 0;
  const firstDecode = (found.video?.firstDecodeTicks ?? Number.POSITIVE_INFINITY) / clockHz;
  const streamKey = streamKeyOf(videoParameters(found.video), audioParameters(found.audio));
  return {
    container: 'mpegts',
    videoPts,
    audioPts,
    hasVideo: videoPts.length > 0,
    hasAudio: audioPts.length > 0,
    discontinuity: (found.video?.backwardsTicks ?? 0) > discontinuitySeconds * clockHz,
    truncated: found.truncated,
    corrupt: found.corrupt,
    ...(firstDecode < muxerDelaySeconds ? { originSeconds: earliestSeconds(videoPts, audioPts) } : {}),
    ...(untimed > 0 ? { unsupported: `${untimed} video packets carry no time` } : {}),
    ...(streamKey ? { streamKey } : {}),
  };
}

function videoParameters(stream: TsStream | undefined): VideoParameters | undefined {
  if (!stream || stream.pts.length === 0) return undefined;
  return stream.video ?? { codec: stream.stream.codec, packaging: 'startcode', sets: [] };
}

function audioParameters(stream: TsStream | undefined): AudioParameters | undefined {
  if (!stream || stream.pts.length === 0) return undefined;
  return stream.audio ?? { codec: stream.stream.codec };
}

function findProgram(
  window: ByteWindow,
  layout: { packetBytes: number; syncOffset: number },
): Program | undefined {
  const finder = new ProgramFinder();
  walkPackets(
    window,
    { ...layout, until: Math.min(programSearchBytes, window.source.sizeBytes) },
    (packet) => {
      finder.add(packet.pid, packet.isStart, packet.bytes.subarray(packet.payload, packet.end));
      return finder.program === undefined;
    },
  );
  return finder.program;
}

/** Calls `onPacket` for each packet with a payload until it answers false; a lost sync byte is searched for again. */
function walkPackets(
  window: ByteWindow,
  walk: { packetBytes: number; syncOffset: number; until: number },
  onPacket: OnPacket,
): { corrupt: boolean; truncated: boolean } {
  const { packetBytes } = walk;
  const packet: Packet = { bytes: window.bytes, payload: 0, end: 0, pid: 0, isStart: false };
  let corrupt = false;
  let position = walk.syncOffset;
  while (position + 188 <= walk.until) {
    const at = window.ensure(position, 188);
    if (at < 0) break;
    const { bytes } = window;
    if (bytes[at] !== syncByte) {
      corrupt = true;
      position = nextSync(window, position + 1, packetBytes);
      if (position < 0) return { corrupt, truncated: true };
      continue;
    }
    const control = bytes[at + 3]!;
    const payload = control & 0x20 ? at + 5 + bytes[at + 4]! : at + 4;
    position += packetBytes;
    if (!(control & 0x10) || payload >= at + 188) continue;
    packet.bytes = bytes;
    packet.payload = payload;
    packet.end = at + 188;
    packet.pid = ((bytes[at + 1]! & 0x1f) << 8) | bytes[at + 2]!;
    packet.isStart = (bytes[at + 1]! & 0x40) !== 0;
    if (!onPacket(packet)) break;
  }
  return { corrupt, truncated: walk.until - position > 4 };
}

/** The next position with a sync byte that is followed by another one packet later, or by the end of the file; -1 when none. */
function nextSync(window: ByteWindow, from: number, packetBytes: number): number {
  const { sizeBytes } = window.source;
  for (let position = from; position + 188 <= sizeBytes; position++) {
    const at = window.ensure(position, Math.min(packetBytes + 1, sizeBytes - position));
    if (at < 0) return -1;
    if (window.bytes[at] !== syncByte) continue;
    if (position + packetBytes >= sizeBytes || window.bytes[at + packetBytes] === syncByte) return position;
  }
  return -1;
}
