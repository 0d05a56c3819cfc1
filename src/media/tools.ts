// Finds out whether ffmpeg and ffprobe are there and new enough; nothing is installed here.
import { Fault } from '../domain/fault.ts';
import type { Run } from '../process/run-spec.ts';

export interface MediaTools {
  ffmpegPath: string;
  ffprobePath: string;
  /** As the tool prints it, e.g. `5.1.9-0+deb12u1`. */
  ffmpegVersion: string;
  ffprobeVersion: string;
}

/** The oldest release with `-fps_mode` and the RTSP `-timeout` that we rely on. */
export const oldestFfmpeg = { major: 5, minor: 1 };

const versionTimeoutSeconds = 20;

/** Throws Fault ToolMissing when a tool is absent, does not answer, or is older than 5.1. */
export async function detectMediaTools(
  run: Run,
  paths: { ffmpeg: string; ffprobe: string },
): Promise<MediaTools> {
  const [ffmpegVersion, ffprobeVersion] = await Promise.all([
    versionOf(run, { tool: 'ffmpeg', path: paths.ffmpeg }),
    versionOf(run, { tool: 'ffprobe', path: paths.ffprobe }),
  ]);
  return { ffmpegPath: paths.ffmpeg, ffprobePath: paths.ffprobe, ffmpegVersion, ffprobeVersion };
}

async function versionOf(run: Run, spec: { tool: string; path: string }): Promise<string> {
  const lines: string[] = [];
  const end = await run({
    command: spec.path,
    args: ['-version'],
    signal: new AbortController().signal,
    timeoutSeconds: versionTimeoutSeconds,
    onStdoutLine: (line) => lines.push(line),
  });
  const version = /^\w+ version (\S+)/.exec(lines[0] ?? '')?.[1];
  if (end.exitCode !== 0 || !version) {
    throw new Fault('ToolMissing', `${spec.path} does not answer as ${spec.tool} does`, {
      stderrTail: end.stderrTail.slice(-20),
    });
  }
  if (isTooOld(version)) {
    const wanted = `${oldestFfmpeg.major}.${oldestFfmpeg.minor}`;
    throw new Fault('ToolMissing', `${spec.path} is ${spec.tool} ${version}; ${wanted} or newer is needed`);
  }
  return version;
}

/** Versions built from git (`N-109-g…`, `git-2024-…`) carry no release number; they count as new. */
export function isTooOld(version: string): boolean {
  const match = /^n?(\d+)\.(\d+)/.exec(version);
  if (!match) return false;
  const major = Number(match[1]);
  const minor = Number(match[2]);
  return major < oldestFfmpeg.major || (major === oldestFfmpeg.major && minor < oldestFfmpeg.minor);
}
