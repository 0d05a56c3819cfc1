// Finds where the concat demuxer must leave a file: it compares decode times of all streams, while a plan speaks of presentation times of the picture.
import { Fault } from '../domain/fault.ts';
import type { ContainerName } from '../domain/gap-report.ts';
import type { Run } from '../process/run-spec.ts';
import { demuxerName } from './concat-list.ts';
import { cutShort } from './cut-short.ts';
import { fileUrl } from './ffmpeg-args.ts';
import { readFileWindow } from './packets/file-window.ts';
import { flvTimedPackets } from './packets/flv-timed-packets.ts';
import type { TimedPacket } from './packets/timed-packet.ts';

export interface CutPoint {
  /** Exclusive decode time for `outpoint`. */
  outPointSeconds: number;
  /** Video packets of the file that are lost by the cut, the unwanted ones and those that come after sound of a later time. */
  removedVideoPackets: number;
  /** Of these, pictures that were wanted: the sound stands too far ahead of the picture in this file. */
  lostVideoPackets: number;
  /** Presentation time of the last picture that stays. */
  lastPtsSeconds: number;
}

/** So far before the cut the reading begins: longer than any group of pictures that a camera makes. */
const leadSeconds = 15;

/**
 * The first packet at or past `outpoint` ends a file, whatever its stream. Undefined when nothing stands at or after `outPtsSeconds`.
 * @param packets from before the cut to the file's end
 */
export function cutPointIn(packets: readonly TimedPacket[], outPtsSeconds: number): CutPoint | undefined {
  const limit = outPtsSeconds - halfTick;
  const video = packets.filter((packet) => packet.isVideo);
  const unwanted = video.findIndex((packet) => packet.ptsSeconds >= limit);
  if (unwanted < 0) return undefined;
  // A picture shown later may be decoded before one that is wanted: up to here everything stays.
  const lastWanted = video.findLastIndex((packet) => packet.ptsSeconds < limit);
  const first = video[Math.max(unwanted, lastWanted + 1)] ?? video[unwanted]!;
  const outPointSeconds = first.dtsSeconds - halfTick;
  const end = packets.findIndex((packet) => packet.dtsSeconds >= outPointSeconds);
  const kept = packets.slice(0, end).filter((packet) => packet.isVideo);
  const wanted = video.indexOf(first);
  return {
    outPointSeconds,
    removedVideoPackets: video.length - kept.length,
    lostVideoPackets: wanted - kept.length,
    lastPtsSeconds: kept.reduce(
      (last, packet) => Math.max(last, packet.ptsSeconds),
      Number.NEGATIVE_INFINITY,
    ),
  };
}

/** Numbers in a list are rounded; half a millisecond keeps them on the right side of a frame. */
const halfTick = 0.0005;

interface CutSpec {
  run: Run;
  ffprobePath: string;
  path: string;
  container: ContainerName;
  outPtsSeconds: number;
  signal: AbortSignal;
}

/** Segments run over by a picture or two as a rule, so a day has a cut at each joint: FLV in order is read here, the rest by ffprobe. Throws Fault MediaUnreadable, EncoderStalled. */
export async function findCutPoint(spec: CutSpec): Promise<CutPoint | undefined> {
  const packets = (await readTail(spec)) ?? (await probeTail(spec));
  return cutPointIn(packets, spec.outPtsSeconds);
}

/** Fifteen seconds at 4 Mbit/s; the window grows until it reaches back far enough. */
const firstTailBytes = 8 * 1024 * 1024;
const mostTailBytes = 64 * 1024 * 1024;

/** Undefined when ffprobe has to look. */
async function readTail(spec: CutSpec): Promise<TimedPacket[] | undefined> {
  if (spec.container !== 'flv') return undefined;
  const fromSeconds = spec.outPtsSeconds - leadSeconds;
  for (let windowBytes = firstTailBytes; windowBytes <= mostTailBytes; windowBytes *= 2) {
    const window = await readFileWindow({ ...spec, side: 'tail', windowBytes });
    const packets = flvTimedPackets(window);
    const [first] = packets ?? [];
    if (!first || window.isWhole || first.dtsSeconds <= fromSeconds) return packets;
  }
  return undefined;
}

/** With ffprobe, whose demuxers are those of the merge. */
async function probeTail(spec: CutSpec): Promise<TimedPacket[]> {
  const packets: TimedPacket[] = [];
  const end = await spec.run({
    command: spec.ffprobePath,
    args: tailPacketsArgs({ ...spec, fromSeconds: spec.outPtsSeconds - leadSeconds }),
    signal: spec.signal,
    stallSeconds: 60,
    onStdoutLine: (line, progress) => {
      progress();
      const packet = parsePacket(line);
      if (packet) packets.push(packet);
    },
  });
  spec.signal.throwIfAborted();
  const halted = cutShort(end, { tool: 'ffprobe', path: spec.path });
  if (halted) throw halted;
  if (end.exitCode !== 0) {
    throw new Fault('MediaUnreadable', `ffprobe cannot read the end of ${spec.path}`, {
      exitCode: end.exitCode,
      stderrTail: end.stderrTail.slice(-20),
    });
  }
  return packets;
}

export function tailPacketsArgs(spec: {
  path: string;
  container: ContainerName;
  fromSeconds: number;
}): string[] {
  return [
    ...['-v', 'error', '-protocol_whitelist', 'file', '-format_whitelist', demuxerName[spec.container]],
    ...['-read_intervals', `${Math.max(0, spec.fromSeconds).toFixed(3)}%`],
    ...['-show_entries', 'packet=codec_type,pts_time,dts_time', '-of', 'csv=p=0', fileUrl(spec.path)],
  ];
}

/** A packet without a decode time (Matroska has none at a file's start) takes its presentation time. */
function parsePacket(line: string): TimedPacket | undefined {
  const [kind, pts, dts] = line.split(',');
  const dtsSeconds = Number.parseFloat(dts ?? '');
  const ptsSeconds = Number.parseFloat(pts ?? '');
  if ((kind !== 'video' && kind !== 'audio') || !Number.isFinite(ptsSeconds)) return undefined;
  return {
    isVideo: kind === 'video',
    ptsSeconds,
    dtsSeconds: Number.isFinite(dtsSeconds) ? dtsSeconds : ptsSeconds,
  };
}
