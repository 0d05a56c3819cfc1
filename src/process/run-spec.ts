// What a caller says about a child process and what it gets back; how it is done is in run.ts.
import type { Readable } from 'node:stream';

/** Tells the watchdog that the tool got somewhere: call it for a new frame or new bytes, not for mere output. */
export type Progress = () => void;

/** One child process. Commands are argv arrays and never pass a shell. */
export interface RunSpec {
  /** A program name looked up on PATH, or an absolute path. */
  command: string;
  args: readonly string[];
  cwd?: string;
  /** Written to the child's stdin, then closed. Absent: stdin is empty. */
  stdin?: string | Readable;
  /** Added to the allowlisted environment (see environment.ts). */
  env?: Readonly<Record<string, string>>;
  /** Exact strings that never appear in a line, in the tail or in the returned argv. */
  secrets?: readonly string[];
  /** Abort: TERM to the process group, 1.5 s later KILL. Aborted before the start: nothing is spawned. */
  signal: AbortSignal;
  /** Without a call of `progress` for this many seconds the child is stopped and the end says `stalled`. */
  stallSeconds?: number;
  /** Longest life of the child in seconds; the end says `timedOut`. */
  timeoutSeconds?: number;
  /** Redacted lines of stdout, split at \n, \r and \r\n, at most 1 MiB each. */
  onStdoutLine?: (line: string, progress: Progress) => void;
  /** Raw stdout instead of lines; the next chunk comes when the returned promise has settled. Never redacted. */
  onStdout?: (chunk: Buffer, progress: Progress) => void | Promise<void>;
  /** Redacted lines of stderr, at most 8 KiB each. */
  onStderrLine?: (line: string, progress: Progress) => void;
  /** Called once with the id of the child's process group. */
  onStart?: (groupId: number) => void;
}

/** How a child ended. A cancelled, stalled or timed-out child is an end too, not an exception. */
export interface RunEnd {
  /** null when a signal ended it, when it never started, or when it was abandoned. */
  exitCode: number | null;
  /** Name of the ending signal, for example `SIGKILL`; also for a signal that the wrapper reports as 128 + n. */
  signal: string | null;
  cancelled: boolean;
  stalled: boolean;
  timedOut: boolean;
  /** The child did not die of KILL within the bound (a frozen disk); it was left behind, the note is in stderrTail. */
  abandoned: boolean;
  /** Last 200 non-empty lines of stderr, redacted. */
  stderrTail: string[];
  /** Command and arguments, redacted, without the wrapper. */
  argv: string[];
  elapsedMs: number;
}

/**
 * Runs one child to its end. Rejects with Fault ToolMissing when the program is absent or not executable, NotFound when
 * cwd is, InputInvalid for arguments that no process can have; with the callback's own error when a callback throws.
 */
export type Run = (spec: RunSpec) => Promise<RunEnd>;
