// Runs ffmpeg: reads its progress, stops it when it stalls, and turns a bad end (also one with exit code 0) into a Fault.
import { Fault, type FaultDetails, type FaultType } from '../domain/fault.ts';
import type { Run, RunEnd, RunSpec } from '../process/run-spec.ts';

/** One block of `-progress`; fields that ffmpeg does not know yet are absent. */
export interface FfmpegProgress {
  frames?: number;
  /** Highest presentation time written, in seconds of the output. */
  outSeconds?: number;
  sizeBytes?: number;
}

export interface FfmpegSpec {
  /** What the run is for, as it stands in a fault: `the merge of 24 files`. */
  purpose: string;
  args: readonly string[];
  signal: AbortSignal;
  /** No new frame, time or byte for this long: killed, Fault EncoderStalled (SourceStalled for `live`). */
  stallSeconds: number;
  timeoutSeconds?: number;
  cwd?: string;
  stdin?: string;
  secrets?: readonly string[];
  /** The input is a network source: its faults are told by its answers. */
  live?: boolean;
  onProgress?: (progress: FfmpegProgress) => void;
  onStderrLine?: (line: string) => void;
  /** Looks at an end with exit code 0 and answers what is wrong with it, or undefined: success must be proved. */
  check?: (end: FfmpegEnd) => string | undefined | Promise<string | undefined>;
}

export interface FfmpegEnd {
  progress: FfmpegProgress;
  stderrTail: readonly string[];
  argv: readonly string[];
  elapsedMs: number;
}

/** Runs ffmpeg to its proved end. Throws EncoderFailed, EncoderStalled, SourceStalled, DiskFull, MediaUnreadable, and for live input AuthRejected, SourceMissing, SourceBusy, SourceUnreachable; the signal's reason when cancelled. */
export type Ffmpeg = (spec: FfmpegSpec) => Promise<FfmpegEnd>;

export function createFfmpeg(deps: { run: Run; ffmpegPath: string }): Ffmpeg {
  return async (spec) => {
    const reader = createProgressReader();
    const end = await deps.run({
      command: deps.ffmpegPath,
      args: spec.args,
      signal: spec.signal,
      stallSeconds: spec.stallSeconds,
      ...pass(spec),
      onStdoutLine: (line, advance) => {
        const grew = reader.line(line);
        if (grew) advance();
        if (grew !== undefined) spec.onProgress?.({ ...reader.latest });
      },
      onStderrLine: (line) => spec.onStderrLine?.(line),
    });
    spec.signal.throwIfAborted();
    throwBadEnd(spec, end);
    const result = { progress: reader.latest, ...facts(end), elapsedMs: end.elapsedMs };
    const complaint = writeComplaint(end) ?? (await spec.check?.(result));
    if (complaint === undefined) return result;
    const type = signIn(storageSigns, end.stderrTail) ?? 'EncoderFailed';
    throw new Fault(type, `ffmpeg ended well but ${complaint}, in ${spec.purpose}`, details(end));
  };
}

/** The last bytes of a file may fail to be written, by a full disk above all, and the exit code still is 0. */
function writeComplaint(end: RunEnd): string | undefined {
  const line = end.stderrTail.find((text) => /^Error (writing trailer|closing file)/.test(text));
  if (line === undefined && signIn(storageSigns, end.stderrTail) === undefined) return undefined;
  return `could not write all: ${(line ?? end.stderrTail.at(-1) ?? '').slice(0, 300)}`;
}

function pass(spec: FfmpegSpec): Partial<RunSpec> {
  const { timeoutSeconds, cwd, stdin, secrets } = spec;
  return {
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(stdin === undefined ? {} : { stdin }),
    ...(secrets === undefined ? {} : { secrets }),
  };
}

function throwBadEnd(spec: FfmpegSpec, end: RunEnd): void {
  if (end.stalled || end.timedOut) {
    const how = end.stalled ? `made no progress for ${spec.stallSeconds} s` : 'took longer than allowed';
    throw new Fault(
      spec.live ? 'SourceStalled' : 'EncoderStalled',
      `ffmpeg ${how}, in ${spec.purpose}`,
      details(end),
    );
  }
  if (end.exitCode === 0) return;
  const how = end.signal ? `was ended by ${end.signal}` : `ended with code ${end.exitCode}`;
  const type = classifyFfmpegFailure(end.stderrTail, spec.live ?? false);
  const last = end.stderrTail.at(-1);
  throw new Fault(
    type,
    `ffmpeg ${how}, in ${spec.purpose}${last ? `: ${last.slice(0, 300)}` : ''}`,
    details(end),
  );
}

const facts = (end: RunEnd) => ({ stderrTail: end.stderrTail.slice(-20), argv: end.argv });

const details = (end: RunEnd): FaultDetails => ({
  exitCode: end.exitCode,
  argv: end.argv.slice(0, 40),
  stderrTail: end.stderrTail.slice(-20).map((line) => line.slice(0, 180)),
});

const storageSigns: readonly [RegExp, FaultType][] = [
  [/No space left on device|Disk quota exceeded/, 'DiskFull'],
  [/Read-only file system|Stale file handle/, 'StorageFault'],
];

const fileSigns: readonly [RegExp, FaultType][] = [
  [/Input\/output error/, 'StorageFault'],
  [
    /Invalid data found|moov atom not found|not on whitelist|Could not find codec parameters|matches no streams|does not contain any stream/,
    'MediaUnreadable',
  ],
];

const liveSigns: readonly [RegExp, FaultType][] = [
  [/\b40[13] (Unauthorized|Forbidden)|authorization failed|access denied/i, 'AuthRejected'],
  [/\b404 Not Found|\b410 Gone|\b454 |failed: 404/, 'SourceMissing'],
  [/\b453 |\b503 |\b429 /, 'SourceBusy'],
  [
    /Connection refused|No route to host|Network is unreachable|timed out|Name or service not known|Temporary failure in name resolution|Failed to resolve|Connection reset|Input\/output error|End of file/,
    'SourceUnreachable',
  ],
  [/Invalid data found|matches no streams|does not contain any stream/, 'MediaUnreadable'],
];

/** What a bad end was, by the last lines of stderr; EncoderFailed when they say nothing we know. */
export function classifyFfmpegFailure(stderrTail: readonly string[], live: boolean): FaultType {
  return signIn([...storageSigns, ...(live ? liveSigns : fileSigns)], stderrTail) ?? 'EncoderFailed';
}

function signIn(signs: readonly [RegExp, FaultType][], stderrTail: readonly string[]): FaultType | undefined {
  const text = stderrTail.slice(-20).join('\n');
  return signs.find(([sign]) => sign.test(text))?.[1];
}

/** Collects `key=value` lines of `-progress`; `line` answers at the end of a block whether anything grew in it, else undefined. */
export function createProgressReader(): { latest: FfmpegProgress; line(text: string): boolean | undefined } {
  const reader = {
    latest: {} as FfmpegProgress,
    line(text: string): boolean | undefined {
      const [key, value] = splitField(text);
      if (key === 'progress') {
        const grew = hasGrown(reader.latest, block);
        reader.latest = { ...reader.latest, ...block };
        block = {};
        return grew;
      }
      const number = Number(value);
      if (value === '' || !Number.isFinite(number)) return undefined;
      if (key === 'frame') block.frames = number;
      else if (key === 'total_size') block.sizeBytes = number;
      else if (key === 'out_time_us') block.outSeconds = number / 1e6;
      return undefined;
    },
  };
  let block: FfmpegProgress = {};
  return reader;
}

function splitField(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? ['', ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function hasGrown(before: FfmpegProgress, now: FfmpegProgress): boolean {
  return (['frames', 'outSeconds', 'sizeBytes'] as const).some((key) => (now[key] ?? 0) > (before[key] ?? 0));
}
