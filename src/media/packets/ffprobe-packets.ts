// Lists video packets at one end of a file with ffprobe, for containers that have no reader here.
import { Fault } from '../../domain/fault.ts';
import type { ContainerName } from '../../domain/gap-report.ts';
import type { Run } from '../../process/run-spec.ts';
import { demuxerName } from '../concat-list.ts';
import { cutShort } from '../cut-short.ts';
import { fileUrl } from '../ffmpeg-args.ts';
import type { VideoPacket } from './packet.ts';

export interface ProbePacketsSpec {
  path: string;
  container: ContainerName;
  /** A reading interval as ffprobe writes it: `%+30`, `870%`. */
  interval: string;
  signal: AbortSignal;
}

/** In decode order; the print is a hash of the whole packet. Throws Fault MediaUnreadable, EncoderStalled. */
export async function ffprobePackets(
  deps: { run: Run; ffprobePath: string },
  spec: ProbePacketsSpec,
): Promise<VideoPacket[]> {
  const packets: VideoPacket[] = [];
  const end = await deps.run({
    command: deps.ffprobePath,
    args: probePacketsArgs(spec),
    signal: spec.signal,
    stallSeconds: 60,
    onStdoutLine: (line, progress) => {
      progress();
      const [pts, size, hash] = line.split(',');
      const ptsSeconds = Number.parseFloat(pts ?? '');
      const sizeBytes = Number(size);
      if (hash && Number.isFinite(ptsSeconds))
        packets.push({ ptsSeconds, sizeBytes, print: `${sizeBytes}:${hash}` });
    },
  });
  spec.signal.throwIfAborted();
  if (end.exitCode === 0) return packets;
  const halted = cutShort(end, { tool: 'ffprobe', path: spec.path });
  if (halted) throw halted;
  throw new Fault('MediaUnreadable', `ffprobe cannot read the packets of ${spec.path}`, {
    exitCode: end.exitCode,
    stderrTail: end.stderrTail.slice(-20),
  });
}

export function probePacketsArgs({ path, container, interval }: Omit<ProbePacketsSpec, 'signal'>): string[] {
  return [
    ...['-v', 'error', '-protocol_whitelist', 'file', '-format_whitelist', demuxerName[container]],
    ...['-select_streams', 'v:0', '-read_intervals', interval, '-show_data_hash', 'CRC32'],
    ...['-show_entries', 'packet=pts_time,size,data_hash', '-of', 'csv=p=0', fileUrl(path)],
  ];
}
