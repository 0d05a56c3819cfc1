// Reads presentation times with ffprobe: for Matroska, and for damaged files that our own readers cannot follow.
import { isFault } from '../../domain/fault.ts';
import type { ContainerName } from '../../domain/gap-report.ts';
import type { Run } from '../../process/run-spec.ts';
import { cutShort } from '../cut-short.ts';
import { ffprobeInputArgs, type Probe } from '../probe.ts';
import { discontinuitySeconds, TimeList, type TrackTimes } from './track-times.ts';

export interface FfprobeTimesSpec {
  path: string;
  container: ContainerName;
  signal: AbortSignal;
  stallSeconds: number;
  /** Byte positions of packets, as far as ffprobe tells them. */
  onRead?: ((readBytes: number) => void) | undefined;
}

/** One line a packet: `video,0,1.400000,1.320000,564`. */
export function ffprobeTimesArgs(spec: { path: string; container: ContainerName }): string[] {
  const entries = 'packet=codec_type,stream_index,pts_time,dts_time,pos';
  return ['-v', 'error', '-show_entries', entries, '-of', 'csv=p=0', ...ffprobeInputArgs(spec)];
}

/** Times of the first video and audio stream. A file that ffprobe cannot open has none and counts as truncated. Throws Fault EncoderStalled. */
export async function ffprobeTimes(
  deps: { run: Run; ffprobePath: string; probe: Probe },
  spec: FfprobeTimesSpec,
): Promise<TrackTimes> {
  const collected = new CollectedTimes();
  const end = await deps.run({
    command: deps.ffprobePath,
    args: ffprobeTimesArgs(spec),
    signal: spec.signal,
    stallSeconds: spec.stallSeconds,
    onStdoutLine: (line, progress) => {
      progress();
      if (collected.addLine(line) && collected.packets % 1000 === 0) spec.onRead?.(collected.positionBytes);
    },
  });
  spec.signal.throwIfAborted();
  const halted = cutShort(end, { tool: 'ffprobe', path: spec.path });
  if (halted) throw halted;
  const isTruncated =
    end.exitCode !== 0 || end.stderrTail.some((line) => /ended prematurely|truncat|partial file/i.test(line));
  const facts = collected.video.length === 0 ? undefined : await deps.probe(spec).catch(unreadable);
  return {
    container: spec.container,
    videoPts: collected.video.toArray(),
    audioPts: collected.audio.toArray(),
    hasVideo: collected.video.length > 0,
    hasAudio: collected.audio.length > 0,
    discontinuity: collected.backwardsSeconds > discontinuitySeconds,
    truncated: isTruncated,
    corrupt: end.stderrTail.length > 0,
    ...(facts?.streamKey ? { streamKey: facts.streamKey } : {}),
  };
}

/** A file whose packets could be listed needs no readable head. */
function unreadable(error: unknown): undefined {
  if (!isFault(error, 'MediaUnreadable')) throw error;
}

/** Packets of the first stream of each kind, out of ffprobe's lines; a transport stream adds commas and blank lines. */
export class CollectedTimes {
  readonly video = new TimeList();
  readonly audio = new TimeList();
  packets = 0;
  positionBytes = 0;
  backwardsSeconds = 0;
  readonly #streams = new Map<string, string>();
  #lastDecode = Number.NEGATIVE_INFINITY;

  /** False when the line holds no packet of a stream that we follow. */
  addLine(line: string): boolean {
    const [kind = '', stream = '', ptsText = '', dtsText = '', position = ''] = line.split(',');
    if (kind !== 'video' && kind !== 'audio') return false;
    if (!this.#streams.has(kind)) this.#streams.set(kind, stream);
    if (this.#streams.get(kind) !== stream) return false;
    this.packets++;
    this.positionBytes = Math.max(this.positionBytes, Number.parseInt(position, 10) || 0);
    const pts = Number.parseFloat(ptsText);
    if (Number.isFinite(pts)) (kind === 'video' ? this.video : this.audio).push(pts);
    const dts = Number.parseFloat(dtsText);
    if (kind === 'video' && Number.isFinite(dts)) {
      this.backwardsSeconds = Math.max(this.backwardsSeconds, this.#lastDecode - dts);
      this.#lastDecode = dts;
    }
    return true;
  }
}
