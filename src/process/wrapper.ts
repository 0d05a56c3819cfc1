// Puts the died-parent protection around a command, so that no tool outlives its worker, and finds out which one this host allows.

/** What ends a child whose worker died: its own PID namespace (all descendants), a death signal (the child alone), nothing. */
export type Protection = 'pidNamespace' | 'userPidNamespace' | 'parentDeathSignal' | 'none';

export interface WrappedCommand {
  command: string;
  args: string[];
}

export interface ProcessWrapper {
  readonly protection: Protection;
  /** argv of the protected command; `command` is an absolute path. */
  wrap(command: string, args: readonly string[]): WrappedCommand;
  /** One sentence for `longtake doctor`. */
  describe(): string;
}

/** Probes this host once, strongest protection first. Never throws: a host without any of them gets `none`. */
export async function detectWrapper(): Promise<ProcessWrapper> {
  return {
    protection: 'none',
    wrap: (command, args) => ({ command, args: [...args] }),
    describe: () => 'not probed yet',
  };
}
