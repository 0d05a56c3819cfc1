// Opens many local media files in one ffmpeg run and reads what ffmpeg sees in each: the start time that the concat demuxer will subtract, and the streams.
import { Fault } from '../domain/fault.ts';
import type { ContainerName } from '../domain/gap-report.ts';
import { ffmpegArgs, fileUrl } from './ffmpeg-args.ts';
import { classifyFfmpegFailure } from './ffmpeg.ts';
import { demuxerName } from './concat-list.ts';
import { cutShort } from './cut-short.ts';
import type { Run } from '../process/run-spec.ts';

export interface OpenedStream {
  kind: 'video' | 'audio' | 'other';
  codec: string;
  /** The stream's clock; of sound in MP4 it is the sample rate. */
  ticksPerSecond?: number;
  /** Video only. */
  width?: number;
  height?: number;
  /** Sound only. */
  rateHz?: number;
  /** `mono`, `stereo`, … */
  layout?: string;
}

/** What ffmpeg says about one file that it has opened. */
export interface OpenedInput {
  /** Earliest presentation time over all streams in ffmpeg's eyes, seconds with six decimals. */
  startSeconds: number;
  streams: readonly OpenedStream[];
}

/** More at once would only hold more files open. */
const filesAtOnce = 48;

const openTimeoutSeconds = 120;

/**
 * One ffmpeg start for 48 files costs a fifth of one ffprobe start for each (measured: 12 ms against 62 ms a file), and is the
 * same code that opens them in the merge. Throws MediaUnreadable for a file that is not what its container says, EncoderStalled.
 */
export async function openInputs(spec: {
  run: Run;
  ffmpegPath: string;
  files: readonly { path: string; container: ContainerName }[];
  signal: AbortSignal;
}): Promise<OpenedInput[]> {
  const opened: OpenedInput[] = [];
  for (let first = 0; first < spec.files.length; first += filesAtOnce) {
    const files = spec.files.slice(first, first + filesAtOnce);
    const lines: string[] = [];
    const end = await spec.run({
      command: spec.ffmpegPath,
      args: openInputsArgs(files),
      signal: spec.signal,
      timeoutSeconds: openTimeoutSeconds,
      onStderrLine: (line) => lines.push(line),
    });
    spec.signal.throwIfAborted();
    const inputs = parseOpenedInputs(lines);
    const failed = files[inputs.length];
    if (failed)
      throw cutShort(end, { tool: 'ffmpeg', path: failed.path }) ?? notOpened(failed.path, end.stderrTail);
    opened.push(...inputs);
  }
  return opened;
}

/** Inputs without an output: ffmpeg prints what it found and ends with an error that means nothing here. */
export function openInputsArgs(files: readonly { path: string; container: ContainerName }[]): string[] {
  return ffmpegArgs({
    inputs: files.map(({ path, container }) => ({
      options: [
        ...['-protocol_whitelist', 'file', '-format_whitelist', demuxerName[container]],
        // As in the list of the merge: the start time must be the one that the merge will see.
        ...(container === 'mpegts' ? [] : ['-fpsprobesize', '0']),
      ],
      source: fileUrl(path),
    })),
    outputs: [],
    progress: false,
    logLevel: 'info',
  });
}

function notOpened(path: string, stderrTail: readonly string[]): Fault {
  const type = classifyFfmpegFailure(stderrTail, false);
  return new Fault(
    type === 'EncoderFailed' ? 'MediaUnreadable' : type,
    `ffmpeg cannot open ${path}: ${stderrTail.at(-1) ?? 'no reason given'}`,
    { stderrTail: stderrTail.slice(-20) },
  );
}

/** Reads the report that ffmpeg prints for its inputs at log level info. An input without a known start time starts at 0. */
export function parseOpenedInputs(lines: readonly string[]): OpenedInput[] {
  const inputs: { startSeconds: number; isMp4: boolean; streams: OpenedStream[] }[] = [];
  for (const line of lines) {
    const input = /^Input #\d+, ([^ ]*),/.exec(line);
    if (input) inputs.push({ startSeconds: 0, isMp4: input[1]!.startsWith('mov'), streams: [] });
    const current = inputs.at(-1);
    if (!current) continue;
    const start = /^ {2}Duration: .*, start: (-?\d+\.\d+)/.exec(line);
    if (start) current.startSeconds = Number(start[1]);
    const stream = /^ {2}Stream #\d+:(\d+)\S*: (\w+): (\w+)/.exec(line);
    if (stream) current.streams[Number(stream[1])] = streamOf(line, stream[2] ?? '', stream[3] ?? '');
  }
  return inputs.map(({ startSeconds, isMp4, streams }) => ({
    startSeconds,
    streams: streams.map((stream) => withClock(stream, { streams, isMp4 })),
  }));
}

function streamOf(line: string, kind: string, codec: string): OpenedStream {
  if (kind === 'Video') return { kind: 'video', codec, ...pictureOf(line) };
  if (kind !== 'Audio') return { kind: 'other', codec };
  const sound = / (\d+) Hz, ([^,]+)/.exec(line);
  return { kind: 'audio', codec, ...(sound ? { rateHz: Number(sound[1]), layout: sound[2] ?? '' } : {}) };
}

/** ffmpeg prints a clock of 90000 as `90k tbn`, 12800 as it is. */
function pictureOf(line: string): Pick<OpenedStream, 'ticksPerSecond' | 'width' | 'height'> {
  const size = /, (\d{2,5})x(\d{2,5})[ ,]/.exec(line);
  const ticks = / ([\d.]+)(k?) tbn/.exec(line);
  return {
    ...(ticks ? { ticksPerSecond: Math.round(Number(ticks[1]) * (ticks[2] ? 1000 : 1)) } : {}),
    ...(size ? { width: Number(size[1]), height: Number(size[2]) } : {}),
  };
}

/** Sound prints no clock: in MP4 it counts samples, elsewhere all streams share one clock. */
function withClock(
  stream: OpenedStream,
  input: { streams: readonly OpenedStream[]; isMp4: boolean },
): OpenedStream {
  if (stream.kind !== 'audio') return stream;
  const shared = input.streams.find((other) => other.kind === 'video')?.ticksPerSecond;
  const ticksPerSecond = input.isMp4 ? stream.rateHz : shared;
  return ticksPerSecond === undefined ? stream : { ...stream, ticksPerSecond };
}
