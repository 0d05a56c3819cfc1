// Builds ffmpeg's argv with fluent-ffmpeg, which serves here as an argument builder only; ffmpeg.ts runs the result.
import command from 'fluent-ffmpeg';

export interface FfmpegInput {
  /** Options that stand before `-i`. */
  options?: readonly string[];
  source: string;
}

export interface FfmpegOutput {
  options?: readonly string[];
  target: string;
}

/** One ffmpeg run: any number of inputs, and outputs unless it only looks at its inputs. */
export interface FfmpegJob {
  inputs: readonly FfmpegInput[];
  outputs: readonly FfmpegOutput[];
  /** Report of progress on stdout; left out when stdout carries data. */
  progress?: boolean;
  /** `info` when stderr is what we want to read. */
  logLevel?: 'warning' | 'info';
}

/** The part of fluent-ffmpeg's builder that we use; `_getArguments` is private, so a test pins what it answers. */
interface ArgumentBuilder {
  input(source: string): ArgumentBuilder;
  inputOptions(...options: string[]): ArgumentBuilder;
  output(target: string): ArgumentBuilder;
  outputOptions(...options: string[]): ArgumentBuilder;
  _getArguments(): string[];
}

/** A local path as ffmpeg's own URL, so that no name is taken for an option or a protocol. */
export const fileUrl = (path: string): string => `file:${path}`;

/** The whole argv after the program's name. */
export function ffmpegArgs(job: FfmpegJob): string[] {
  const builder = command() as unknown as ArgumentBuilder;
  for (const input of job.inputs) {
    builder.input(input.source);
    addWhole(input.options, (options) => builder.inputOptions(...options));
  }
  for (const output of job.outputs) {
    builder.output(output.target);
    addWhole(output.options, (options) => builder.outputOptions(...options));
  }
  const progress = (job.progress ?? true) ? ['-progress', 'pipe:1', '-stats_period', '0.5'] : [];
  return [
    '-nostdin',
    '-hide_banner',
    '-nostats',
    '-y',
    '-v',
    job.logLevel ?? 'warning',
    ...progress,
    ...builder._getArguments(),
  ];
}

/** The builder splits a lone option at its first space; two or more it leaves whole. */
function addWhole(options: readonly string[] | undefined, add: (options: string[]) => void): void {
  if (!options || options.length === 0) return;
  if (options.length === 1 && options[0]?.includes(' '))
    throw new TypeError(`One option with a space would be split: ${options[0]}`);
  add([...options]);
}
