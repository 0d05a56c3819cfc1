// Exports files by rsync over ssh: sends, tells progress, proves the result by a second, read-only pass.
import { Fault } from '../domain/fault.ts';
import type { Run, RunSpec } from '../process/run-spec.ts';
import {
  hostForRemote,
  type Exporter,
  type RsyncTarget,
  type SendSpec,
  type VerifySpec,
} from './export-target.ts';
import { filesFromList, rsyncSendArgs, rsyncVerifyArgs } from './rsync-args.ts';
import { differingName, faultOfRsync, parseProgress } from './rsync-output.ts';
import { sourceFiles } from './source-files.ts';

export interface RsyncDeps {
  run: Run;
  rsyncPath: string;
  sshPath: string;
  /** No new bytes for this long: the transfer is given up as PeerDropped and resumed by the next try. */
  stallSeconds: number;
}

/** While both sides read files for checksums nothing is said; ssh notices a dead peer within a minute anyway. */
const verifyTimeoutSeconds = 1800;
const namedDifferences = 20;

export function createRsync(deps: RsyncDeps): Exporter<RsyncTarget> {
  const { run, rsyncPath, sshPath, stallSeconds } = deps;

  async function runRsync(target: RsyncTarget, spec: Omit<RunSpec, 'command'>): Promise<void> {
    const end = await run({ command: rsyncPath, ...spec });
    spec.signal.throwIfAborted();
    const fault = faultOfRsync(end, placeOf(target));
    if (fault) throw fault;
  }

  async function send(spec: SendSpec<RsyncTarget>) {
    const { target, rootDir, files, signal, onProgress, compare = 'times' } = spec;
    const args = rsyncSendArgs({ target, rootDir, sshPath, timeoutSeconds: stallSeconds, compare });
    const { sizeBytes } = await sourceFiles(rootDir, files);
    let lastBytes = -1;
    await runRsync(target, {
      args,
      stdin: filesFromList(files),
      signal,
      // rsync's own --timeout sees silence of the peer; this one sees a tool that hangs by itself.
      stallSeconds: stallSeconds + 30,
      onStdoutLine: (line, progress) => {
        const seen = parseProgress(line);
        if (!seen || seen.doneBytes === lastBytes) return;
        lastBytes = seen.doneBytes;
        progress();
        onProgress?.(seen);
      },
    });
    return { addresses: files.map((file) => `${placeOf(target)}/${file}`), sizeBytes };
  }

  async function verify(spec: VerifySpec<RsyncTarget>): Promise<void> {
    const { target, rootDir, files, mode, signal } = spec;
    if (mode === 'none') return;
    const args = rsyncVerifyArgs({ target, rootDir, sshPath, timeoutSeconds: verifyTimeoutSeconds, mode });
    await sourceFiles(rootDir, files);
    const differing: string[] = [];
    await runRsync(target, {
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

  return { send, verify };
}

const placeOf = (target: RsyncTarget) => `${hostForRemote(target)}:${target.path.replace(/\/*$/, '')}`;

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
