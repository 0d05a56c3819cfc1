// The minimum-progress rule of a download: a source that trickles is dropped like one that is silent.

export interface StallWatch {
  /** Tells the watch that the source has sent this many bytes in all so far. */
  received(totalBytes: number): void;
  /** While our own disk is behind, the source is not to blame: the window begins anew at `resume`. */
  pause(): void;
  resume(): void;
  stop(): void;
}

export interface StallRule {
  stallSeconds: number;
  /** averaged over stallSeconds */
  minBytesPerSecond: number;
}

/**
 * Calls `onStall` once when a whole window of stallSeconds passed with fewer than stallSeconds × minBytesPerSecond bytes.
 * The window slides in tenths, so a stall is seen at most a tenth late.
 */
export function watchProgress(rule: StallRule, onStall: () => void): StallWatch {
  const windowMs = rule.stallSeconds * 1000;
  const neededBytes = rule.stallSeconds * rule.minBytesPerSecond;
  let bytes = 0;
  let paused = false;
  let marks = [{ atMs: performance.now(), bytes: 0 }];

  function look(): void {
    if (paused) return;
    const nowMs = performance.now();
    marks.push({ atMs: nowMs, bytes });
    // The newest mark that is at least a window old is where the window begins.
    while (marks[1] && nowMs - marks[1].atMs >= windowMs) marks.shift();
    const [oldest] = marks;
    if (!oldest || nowMs - oldest.atMs < windowMs || bytes - oldest.bytes >= neededBytes) return;
    clearInterval(timer);
    onStall();
  }

  const timer = setInterval(look, Math.max(10, windowMs / 10));
  return {
    received(totalBytes) {
      bytes = totalBytes;
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      marks = [{ atMs: performance.now(), bytes }];
    },
    stop: () => clearInterval(timer),
  };
}
