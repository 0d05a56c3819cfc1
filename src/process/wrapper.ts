// Puts the died-parent protection around a command, so that no tool outlives its worker.
import { basename } from 'node:path';

/** What ends a child whose worker died: its own PID namespace (all descendants), a death signal (the child alone), nothing. */
export type Protection = 'pidNamespace' | 'userPidNamespace' | 'parentDeathSignal' | 'none';

export interface WrappedCommand {
  command: string;
  args: string[];
}

export interface ProcessWrapper {
  readonly protection: Protection;
  /** tini stands above tools that do not handle TERM as the first process of a namespace; without it they end by KILL. */
  readonly hasInit: boolean;
  /** argv of the protected command; `command` is an absolute path. */
  wrap(command: string, args: readonly string[]): WrappedCommand;
  /** One sentence for `longtake doctor`. */
  describe(): string;
}

/** ffmpeg handles TERM itself and reaps nothing, so it needs no init above it. */
const handlesTerm = new Set(['ffmpeg']);

/** Pure: the words in front of a command. `unshare` waits outside the namespace, blocks TERM and passes the exit code on. */
export function wrapperPrefix(options: { protection: Protection; init: boolean }): string[] {
  const deathSignal = ['setpriv', '--pdeathsig', 'KILL', '--'];
  const init = options.init ? ['tini', '-g', '--'] : [];
  switch (options.protection) {
    case 'pidNamespace':
      return [...deathSignal, 'unshare', '--pid', '--fork', '--kill-child', '--', ...init];
    case 'userPidNamespace':
      return [
        ...deathSignal,
        ...['unshare', '--user', '--map-current-user', '--pid', '--fork', '--kill-child', '--'],
        ...init,
      ];
    case 'parentDeathSignal':
      return deathSignal;
    case 'none':
      return [];
  }
}

const sentences: Record<Protection, string> = {
  pidNamespace: 'Tools run in PID namespaces of their own: all descendants die with the worker.',
  userPidNamespace: 'Tools run in PID and user namespaces of their own: all descendants die with the worker.',
  parentDeathSignal:
    'PID namespaces are not allowed here: a tool dies with the worker, but not the processes it started itself.',
  none: 'Neither namespaces nor death signals are available: tools of a killed worker live on until the next one starts.',
};

/** @param options.hasInit tini is installed */
export function createWrapper(options: { protection: Protection; hasInit: boolean }): ProcessWrapper {
  const { protection, hasInit } = options;
  const inNamespace = protection === 'pidNamespace' || protection === 'userPidNamespace';
  const remark = inNamespace && !hasInit ? ' tini is missing: tools other than ffmpeg stop 1.5 s late.' : '';
  return {
    protection,
    hasInit,
    wrap: (command, args) => {
      const prefix = wrapperPrefix({ protection, init: hasInit && !handlesTerm.has(basename(command)) });
      const [first = command, ...rest] = [...prefix, command, ...args];
      return { command: first, args: rest };
    },
    describe: () => sentences[protection] + remark,
  };
}
