// Checks of programs and their versions. How a program is run is handed in: this room starts none.
import { type Check, fail, type Finding, pass, warn } from './check.ts';

/** Runs a program to its end; `lines` are those of stdout and stderr. Undefined when it is absent. */
export type AskTool = (
  command: string,
  args: readonly string[],
) => Promise<{ exitCode: number | null; lines: string[] } | undefined>;

export interface ToolPaths {
  ffmpeg: string;
  ffprobe: string;
  rsync: string;
  ssh: string;
}

type Version = readonly number[];

export const toolChecks = (tools: ToolPaths, ask: AskTool): Check[] => [
  { area: 'tools', name: 'Node', look: async () => lookAtNode(process.versions.node) },
  ...(['ffmpeg', 'ffprobe'] as const).map((name): Check => ({
    area: 'tools',
    name,
    look: () => lookAtFfmpeg(ask, tools[name]),
  })),
  { area: 'tools', name: 'H.264 encoder', look: () => lookAtEncoder(ask, tools.ffmpeg) },
  { area: 'tools', name: 'rsync', look: () => lookAtRsync(ask, tools.rsync) },
  { area: 'tools', name: 'ssh', look: () => lookAtSsh(ask, tools.ssh) },
];

/** Exported for tests: the rule alone. */
export function lookAtNode(version: string): Finding {
  if (isOlder(parse(version), [22, 18]))
    return fail(`Node ${version} is too old.`, 'Run `npm ci` in the checkout: it brings Node 24.');
  return pass(`Node ${version}.`);
}

async function lookAtFfmpeg(ask: AskTool, command: string): Promise<Finding> {
  const remedy = 'Install ffmpeg 5.1 or newer (Debian, Ubuntu: apt-get install ffmpeg).';
  const answer = await ask(command, ['-version']);
  const version = /^\w+ version (\S+)/m.exec(answer?.lines.join('\n') ?? '')?.[1];
  if (!version) return fail(`${command} is absent or does not run.`, remedy);
  // Builds from git carry no release number; they count as new.
  const numbers = /^n?\d+\.\d+/.test(version) ? parse(version.replace(/^n/, '')) : undefined;
  return numbers && isOlder(numbers, [5, 1]) ? fail(`${version} is too old.`, remedy) : pass(`${version}.`);
}

async function lookAtEncoder(ask: AskTool, command: string): Promise<Finding> {
  const answer = await ask(command, ['-hide_banner', '-encoders']);
  if (answer?.lines.some((line) => /\blibx264\b/.test(line))) return pass('libx264 is there.');
  return warn(
    'This ffmpeg has no libx264.',
    'Install an ffmpeg with libx264; without it there are no slates and no demo cameras.',
  );
}

async function lookAtRsync(ask: AskTool, command: string): Promise<Finding> {
  const answer = await ask(command, ['--version']);
  const version = /rsync\s+version\s+v?(\d+\.\d+\.\d+)/.exec(answer?.lines.join('\n') ?? '')?.[1];
  return version
    ? judgeRsync(version)
    : warn(`${command} is absent.`, 'Install rsync to export over ssh; local targets do without.');
}

/** 3.2.4 is the first that passes arguments safely; 3.4.3 closes the holes known since. */
export function judgeRsync(version: string): Finding {
  if (isOlder(parse(version), [3, 2, 4]))
    return fail(`rsync ${version} is too old.`, 'Install rsync 3.2.4 or newer.');
  if (isOlder(parse(version), [3, 4, 3]))
    return warn(
      `rsync ${version} works, but has known holes.`,
      'Update to 3.4.3 or to a package with the fixes.',
    );
  return pass(`rsync ${version}.`);
}

async function lookAtSsh(ask: AskTool, command: string): Promise<Finding> {
  const answer = await ask(command, ['-V']);
  const version = /OpenSSH_\S+/.exec(answer?.lines.join('\n') ?? '')?.[0];
  return version
    ? pass(`${version.replace(/,$/, '')}.`)
    : warn(`${command} is absent.`, 'Install the OpenSSH client to export over ssh.');
}

const parse = (version: string): Version =>
  version.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0);

function isOlder(version: Version, than: Version): boolean {
  for (const [index, wanted] of than.entries()) {
    const own = version[index] ?? 0;
    if (own !== wanted) return own < wanted;
  }
  return false;
}
