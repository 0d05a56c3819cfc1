// Asks ffprobe for the facts of one media file. The demuxer is forced and only local files are allowed: a playlist cannot pass for a video.
import { open, stat } from 'node:fs/promises';
import { z } from 'zod';
import { Fault } from '../domain/fault.ts';
import type { ContainerName } from '../domain/gap-report.ts';
import type { Run } from '../process/run-spec.ts';
import { cutShort } from './cut-short.ts';
import { sniffBytes, sniffContainer } from './scan/sniff.ts';

export interface StreamFacts {
  index: number;
  kind: 'video' | 'audio' | 'other';
  codec: string;
  profile?: string;
  width?: number;
  height?: number;
  pixelFormat?: string;
  /** Frames a second by the container's own word. */
  frameRate?: number;
  rateHz?: number;
  channels?: number;
  extradataHash?: string;
}

export interface MediaFacts {
  container: ContainerName;
  /** From the header: never true for FLV or Matroska that was cut short. */
  durationSeconds?: number;
  startSeconds?: number;
  streams: readonly StreamFacts[];
  /** The first video and audio stream, as one string; absent without video. */
  streamKey?: string;
}

export interface ProbeSpec {
  path: string;
  signal: AbortSignal;
  /** What the scan has found; recognised by the file's first bytes when absent. */
  container?: ContainerName | undefined;
}

interface KnownFile {
  path: string;
  container: ContainerName;
}

export type Probe = (spec: ProbeSpec) => Promise<MediaFacts>;

/** The demuxer that reads each container. */
export const demuxers: Record<ContainerName, string> = {
  flv: 'flv',
  mp4: 'mov',
  mpegts: 'mpegts',
  matroska: 'matroska',
};

/** More streams than a recorder writes would only cost memory. */
const maxStreams = 64;
/** ffprobe reads the head of a local file: seconds mean that it is stuck. */
const probeTimeoutSeconds = 60;
/** Counting packets reads the whole file. */
const countTimeoutSeconds = 3600;

/** The input of every ffprobe call on a local file. */
export function ffprobeInputArgs(spec: KnownFile): string[] {
  const bounds = ['-max_streams', String(maxStreams), '-protocol_whitelist', 'file'];
  return [...bounds, '-f', demuxers[spec.container], '-i', `file:${spec.path}`];
}

export function probeArgs(spec: KnownFile): string[] {
  const stream =
    'index,codec_type,codec_name,profile,width,height,pix_fmt,avg_frame_rate,sample_rate,channels,extradata_hash';
  const entries = `format=duration,start_time:stream=${stream}`;
  return [
    '-v',
    'error',
    '-show_data_hash',
    'md5',
    '-show_entries',
    entries,
    '-of',
    'json',
    ...ffprobeInputArgs(spec),
  ];
}

export function countVideoPacketsArgs(spec: KnownFile): string[] {
  const entries = ['-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0'];
  return ['-v', 'error', '-select_streams', 'v:0', '-count_packets', ...entries, ...ffprobeInputArgs(spec)];
}

const seconds = z.coerce.number().optional().catch(undefined);
const text = z.string().optional().catch(undefined);
const count = z.coerce.number().int().nonnegative().optional().catch(undefined);

const probeDocument = z.object({
  format: z.object({ duration: seconds, start_time: seconds }).prefault({}),
  streams: z
    .array(
      z.object({
        index: z.number(),
        codec_type: text,
        codec_name: text,
        profile: text,
        width: count,
        height: count,
        pix_fmt: text,
        avg_frame_rate: text,
        sample_rate: count,
        channels: count,
        extradata_hash: text,
      }),
    )
    .prefault([]),
});

type StreamDocument = z.infer<typeof probeDocument>['streams'][number];

/** Binds the probe to a spawner and a tool. Both calls throw Fault MediaUnreadable when ffprobe cannot read the file, EncoderStalled when it hung or was killed. */
export function createProbe(deps: { run: Run; ffprobePath: string }): {
  probe: Probe;
  countVideoPackets: (spec: ProbeSpec) => Promise<number>;
} {
  async function ask(spec: ProbeSpec, job: { args: string[]; timeoutSeconds: number }): Promise<string> {
    const lines: string[] = [];
    const end = await deps.run({
      command: deps.ffprobePath,
      args: job.args,
      signal: spec.signal,
      timeoutSeconds: job.timeoutSeconds,
      onStdoutLine: (line) => lines.push(line),
    });
    spec.signal.throwIfAborted();
    if (end.exitCode === 0) return lines.join('\n');
    const halted = cutShort(end, { tool: 'ffprobe', path: spec.path });
    if (halted) throw halted;
    const reason = end.stderrTail.at(-1) ?? 'no reason given';
    throw new Fault('MediaUnreadable', `ffprobe cannot read ${spec.path}: ${reason}`, {
      exitCode: end.exitCode,
      argv: end.argv,
      stderrTail: end.stderrTail.slice(-20),
    });
  }

  return {
    async probe(spec) {
      const file = await knownFile(spec);
      const answer = await ask(spec, { args: probeArgs(file), timeoutSeconds: probeTimeoutSeconds });
      return readProbeDocument(answer, file);
    },
    async countVideoPackets(spec) {
      const file = await knownFile(spec);
      const answer = await ask(spec, {
        args: countVideoPacketsArgs(file),
        timeoutSeconds: countTimeoutSeconds,
      });
      const packets = Number.parseInt(answer, 10);
      if (!Number.isFinite(packets))
        throw new Fault('MediaUnreadable', `ffprobe found no video in ${spec.path}`);
      return packets;
    },
  };
}

async function knownFile(spec: ProbeSpec): Promise<KnownFile> {
  const { path } = spec;
  if (spec.container) return { path, container: spec.container };
  const container = sniffContainer(await readHead(path));
  if (container === 'empty' || container === 'notMedia') {
    throw new Fault(
      'MediaUnreadable',
      `${path} is ${container === 'empty' ? 'empty' : 'no media file that we know'}`,
    );
  }
  return { path, container };
}

async function readHead(path: string): Promise<Uint8Array> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts?.isFile()) throw new Fault('NotFound', `There is no file at ${path}`);
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sniffBytes), 0, sniffBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Parses ffprobe's JSON; unknown fields are dropped, odd values become absent. */
export function readProbeDocument(json: string, spec: KnownFile): MediaFacts {
  const parsed = probeDocument.safeParse(parseJson(json));
  if (!parsed.success)
    throw new Fault('MediaUnreadable', `ffprobe's answer about ${spec.path} has an unknown form`);
  const { format, streams } = parsed.data;
  const facts = streams.map(streamFacts);
  const streamKey = streamKeyOfFacts(facts);
  return {
    container: spec.container,
    streams: facts,
    ...defined({ durationSeconds: format.duration, startSeconds: format.start_time, streamKey }),
  };
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function streamFacts(stream: StreamDocument): StreamFacts {
  const kind = stream.codec_type === 'video' || stream.codec_type === 'audio' ? stream.codec_type : 'other';
  return {
    index: stream.index,
    kind,
    codec: stream.codec_name ?? 'unknown',
    ...defined({
      profile: stream.profile,
      width: stream.width,
      height: stream.height,
      pixelFormat: stream.pix_fmt,
      frameRate: ratio(stream.avg_frame_rate),
      rateHz: stream.sample_rate,
      channels: stream.channels,
      extradataHash: stream.extradata_hash,
    }),
  };
}

function streamKeyOfFacts(streams: readonly StreamFacts[]): string | undefined {
  const video = streams.find((stream) => stream.kind === 'video');
  if (!video) return undefined;
  const audio = streams.find((stream) => stream.kind === 'audio');
  const picture = [
    video.codec,
    `${video.width ?? 0}x${video.height ?? 0}`,
    video.profile ?? '',
    video.extradataHash ?? '',
  ];
  const sound = audio
    ? [audio.codec, audio.rateHz ?? 0, audio.channels ?? 0, audio.extradataHash ?? '']
    : ['silent'];
  return `ffprobe:${picture.join(':')} ${sound.join(':')}`;
}

/** `30000/1001` as a number; undefined for `0/0`. */
function ratio(value: string | undefined): number | undefined {
  const [above, below] = (value ?? '').split('/').map(Number);
  return above && below ? above / below : undefined;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Leaves out what is undefined, as optional properties want it. */
function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
