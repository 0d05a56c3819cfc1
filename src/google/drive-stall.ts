// A transfer that stands still is broken off: whoever moves bytes tells this watch.

export interface TransferWatch {
  /** Aborted by the caller, or with a TimeoutError when nothing moved for too long. */
  signal: AbortSignal;
  moved(): void;
  stop(): void;
}

export function watchTransfer(rule: { stallSeconds: number; signal: AbortSignal }): TransferWatch {
  const stalled = new AbortController();
  const giveUp = () => stalled.abort(new DOMException('nothing moved', 'TimeoutError'));
  const timer = setTimeout(giveUp, rule.stallSeconds * 1000);
  return {
    signal: AbortSignal.any([rule.signal, stalled.signal]),
    moved: () => void timer.refresh(),
    stop: () => clearTimeout(timer),
  };
}
