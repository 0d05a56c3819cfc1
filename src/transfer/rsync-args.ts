// argv of rsync and of the ssh under it; pure. The rsh string is built of constants and checked paths alone, because rsync splits and runs it.
import {
  type AnyRsyncTarget,
  assertTarget,
  hostForRemote,
  isRemote,
  type RsyncTarget,
  type VerifyMode,
} from './export-target.ts';

export interface RsyncArgsSpec {
  target: AnyRsyncTarget;
  rootDir: string;
  sshPath: string;
  /** Seconds without any traffic after which rsync gives up. */
  timeoutSeconds: number;
  compare?: 'times' | 'checksum';
}

/** Pinned host key, one key, no prompts, no user configuration; a dead peer is noticed within a minute. */
export function sshCommand(target: RsyncTarget, sshPath: string): string {
  const options = {
    BatchMode: 'yes',
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: target.knownHostsFile,
    GlobalKnownHostsFile: '/dev/null',
    UpdateHostKeys: 'no',
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    ClearAllForwardings: 'yes',
    ControlPath: 'none',
    ConnectTimeout: '10',
    ServerAliveInterval: '15',
    ServerAliveCountMax: '4',
    // Hides banners and notices, so that anything on stderr means trouble.
    LogLevel: 'ERROR',
  };
  const flags = Object.entries(options).map(([name, value]) => `-o${name}=${value}`);
  return [sshPath, '-F', 'none', '-T', '-p', String(target.port), '-i', target.identityFile, ...flags].join(
    ' ',
  );
}

function placeOf({ target, sshPath }: Pick<RsyncArgsSpec, 'target' | 'sshPath'>): {
  rsh: string[];
  destination: string;
} {
  assertTarget(target);
  const path = target.path.replace(/\/*$/, '/');
  return {
    rsh: isRemote(target) ? [`--rsh=${sshCommand(target, sshPath)}`] : [],
    destination: isRemote(target) ? `${target.user}@${hostForRemote(target)}:${path}` : path,
  };
}

function commonArgs({ target, rootDir, sshPath, timeoutSeconds }: RsyncArgsSpec): {
  options: string[];
  places: string[];
} {
  const { rsh, destination } = placeOf({ target, sshPath });
  return {
    options: [
      '--times',
      '--omit-dir-times',
      '--no-motd',
      '--8-bit-output',
      `--timeout=${timeoutSeconds}`,
      // Names come by stdin, each ended by NUL: no name is ever an option, a comment or two names.
      '--files-from=-',
      '--from0',
      ...rsh,
    ],
    places: ['--', `${rootDir.replace(/\/*$/, '')}/`, destination],
  };
}

/**
 * Sends the files named on stdin. `--partial-dir` keeps what a broken connection left out of sight for the next try; never together with
 * `--delay-updates`, which some servers answer by delivering nothing with exit code 0.
 */
export function rsyncSendArgs(spec: RsyncArgsSpec): string[] {
  const { options, places } = commonArgs(spec);
  const { bwlimitKbps } = spec.target;
  return [
    ...options,
    '--partial-dir=.rsync-partial',
    '--mkpath',
    '--info=progress2',
    '--no-inc-recursive',
    '--outbuf=L',
    ...(spec.compare === 'checksum' ? ['--checksum'] : []),
    ...(bwlimitKbps === undefined ? [] : [`--bwlimit=${bwlimitKbps}`]),
    ...places,
  ];
}

/** Changes nothing; prints a line for every file that would have to be sent again. */
export function rsyncVerifyArgs(spec: RsyncArgsSpec & { mode: Exclude<VerifyMode, 'none'> }): string[] {
  const { options, places } = commonArgs(spec);
  const how = spec.mode === 'checksum' ? '--checksum' : '--size-only';
  return [...options, '--dry-run', '--itemize-changes', how, ...places];
}

/** Removes the files named on stdin at the target: each that is missing below rootDir. A server may forbid it (`rrsync -no-del`). */
export function rsyncRemoveArgs(spec: RsyncArgsSpec): string[] {
  const { options, places } = commonArgs(spec);
  return [...options, '--delete-missing-args', ...places];
}

/** Prints a line for each entry of a directory below the target's. A server that may only be written to refuses it. */
export function rsyncListArgs(spec: Omit<RsyncArgsSpec, 'rootDir'> & { directory: string }): string[] {
  const target = { ...spec.target, path: `${spec.target.path.replace(/\/*$/, '')}/${spec.directory}` };
  const { rsh, destination } = placeOf({ ...spec, target });
  const options = ['--list-only', '--no-motd', '--8-bit-output', `--timeout=${spec.timeoutSeconds}`];
  return [...options, ...rsh, '--', destination];
}

/** The list for stdin. The leading `./` makes every name a plain path. */
export const filesFromList = (files: readonly string[]) => files.map((file) => `./${file}\0`).join('');
