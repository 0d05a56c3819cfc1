// Exports files by rsync over ssh: sends, tells progress, proves the result by a second, read-only pass.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Fault, isFault } from '../domain/fault.ts';
import type { Run, RunSpec } from '../process/run-spec.ts';
import {
  hostForRemote,
  isRemote,
  type AnyRsyncTarget,
  assertRelativeFiles,
  type Exporter,
  type RemoveSpec,
  type SendSpec,
  type VerifySpec,
} from './export-target.ts';
import {
  filesFromList,
  rsyncListArgs,
  rsyncRemoveArgs,
  rsyncSendArgs,
  rsyncVerifyArgs,
} from './rsync-args.ts';
import { differingName, faultOfRsync, leftoverName, parseProgress } from './rsync-output.ts';
import { sourceFiles } from './source-files.ts';

export interface RsyncDeps {
  run: Run;
  rsyncPath: string;
  sshPath: string;
  /** No new bytes for this long: the transfer is given up as PeerDropped and resumed by the next try. */
  stallSeconds: number;
}

/**
 * While a side reads files for checksums, or a large partial to go on with, nothing is said; ssh notices a dead peer within a minute
 * anyway, so this only ends a tool that hangs.
 */
const quietSeconds = 1800;
const namedDifferences = 20;

/** Resolves when rsync ended well and said nothing on stderr. */
async function runRsync({ run, rsyncPath, ...spec }: RsyncRun): Promise<void> {
  const { target, ...rest } = spec;
  const end = await run({ command: rsyncPath, ...rest });
  rest.signal.throwIfAborted();
  const fault = faultOfRsync(end, placeOf(target));
  if (fault) throw fault;
}

interface RsyncRun extends Pick<RsyncDeps, 'run' | 'rsyncPath'>, Omit<RunSpec, 'command'> {
  target: AnyRsyncTarget;
}

export function createRsync(deps: RsyncDeps): Exporter<AnyRsyncTarget> {
  return {
    send: (spec) => send(deps, spec),
    verify: (spec) => verify(deps, spec),
    remove: (spec) => remove(deps, spec),
  };
}

async function send({ stallSeconds, sshPath, ...tool }: RsyncDeps, spec: SendSpec<AnyRsyncTarget>) {
  const { target, rootDir, files, signal, onProgress, compare = 'times' } = spec;
  const timeoutSeconds = compare === 'checksum' ? quietSeconds : stallSeconds;
  const args = rsyncSendArgs({ target, rootDir, sshPath, timeoutSeconds, compare });
  const { sizeBytes } = await sourceFiles(rootDir, files);
  let lastBytes = -1;
  await runRsync({
    ...tool,
    target,
    args,
    stdin: filesFromList(files),
    signal,
    stallSeconds: quietSeconds,
    onStdoutLine: (line, progress) => {
      const seen = parseProgress(line);
      if (!seen || seen.doneBytes === lastBytes) return;
      lastBytes = seen.doneBytes;
      progress();
      onProgress?.(seen);
    },
  });
  if (spec.isRepeat) await removeLeftovers({ stallSeconds, sshPath, ...tool }, spec);
  return { addresses: files.map((file) => `${placeOf(target)}/${file}`), sizeBytes };
}

/** A receiver that was killed leaves what it was writing under a hidden name of its own. Where nobody may look, it stays. */
async function removeLeftovers(deps: RsyncDeps, spec: SendSpec<AnyRsyncTarget>): Promise<void> {
  const { sshPath, run, rsyncPath, stallSeconds: timeoutSeconds } = deps;
  const { target, files, signal } = spec;
  try {
    for (const [directory, own] of Map.groupBy(files, (file) => dirname(file))) {
      const args = rsyncListArgs({ target, sshPath, timeoutSeconds, directory });
      const left: string[] = [];
      const onStdoutLine = (line: string): void => {
        const name = leftoverName(line, own);
        if (name !== undefined) left.push(join(directory, name));
      };
      await runRsync({ run, rsyncPath, target, args, signal, onStdoutLine });
      if (left.length > 0) await remove(deps, { target, files: left, signal });
    }
  } catch (error) {
    if (!isFault(error)) throw error;
  }
}

async function verify(
  { sshPath, run, rsyncPath }: RsyncDeps,
  spec: VerifySpec<AnyRsyncTarget>,
): Promise<void> {
  const { target, rootDir, files, mode, signal } = spec;
  if (mode === 'none') return;
  const args = rsyncVerifyArgs({ target, rootDir, sshPath, timeoutSeconds: quietSeconds, mode });
  await sourceFiles(rootDir, files);
  const differing: string[] = [];
  await runRsync({
    run,
    rsyncPath,
    target,
    args,
    stdin: filesFromList(files),
    signal,
    onStdoutLine: (line) => {
      const name = differingName(line);
      if (name !== undefined) differing.push(name);
    },
  });
  if (differing.length > 0) throw differs(placeOf(target), differing);
}

async function remove(
  { sshPath, run, rsyncPath, stallSeconds }: RsyncDeps,
  { target, files, signal }: RemoveSpec<AnyRsyncTarget>,
): Promise<void> {
  assertRelativeFiles(files);
  // rsync removes what is missing here; it takes a missing directory for a mishap.
  const rootDir = await mkdtemp(join(tmpdir(), 'longtake-remove-'));
  try {
    for (const file of files) await mkdir(dirname(join(rootDir, file)), { recursive: true });
    const args = rsyncRemoveArgs({ target, rootDir, sshPath, timeoutSeconds: stallSeconds });
    await runRsync({ run, rsyncPath, target, args, stdin: filesFromList(files), signal });
  } finally {
    await rm(rootDir, { recursive: true, force: true });
  }
}

const placeOf = (target: AnyRsyncTarget) =>
  `${isRemote(target) ? `${hostForRemote(target)}:` : ''}${target.path.replace(/\/*$/, '')}`;

/** The fault of a verification that found files missing or different. */
export function differs(place: string, names: readonly string[]): Fault {
  const shown = names.slice(0, namedDifferences);
  return new Fault(
    'TransferFailed',
    `At ${place} ${names.length} of the files are missing or differ: ${shown.join(', ')}.`,
    {
      differing: shown,
    },
  );
}
