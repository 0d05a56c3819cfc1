// The gate's log: one JSON line a refusal, bounded in rate and length, without user names, passwords, tokens or queries.

export interface RefusalLog {
  refusal(facts: { reason: string; action: string; path: string; ip: string }): void;
  /** Something that the operator should know, without a bound. */
  warn(message: string): void;
  /** Writes how many were left out, if any. */
  flush(): void;
}

const windowMs = 10_000;
const linesPerWindow = 20;
const longest = 200;

/** At most 20 refusals in 10 s are written; the number of the others follows. */
export function createRefusalLog(write: (line: string) => void): RefusalLog {
  let untilMs = 0;
  let written = 0;
  let leftOut = 0;
  let timer: NodeJS.Timeout | undefined;
  const line = (facts: object): void =>
    write(JSON.stringify({ level: 'warn', time: new Date().toISOString(), ...facts }));
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (leftOut > 0) line({ msg: 'refused', reason: `${leftOut} more` });
    leftOut = 0;
  };
  return {
    refusal({ reason, action, path, ip }) {
      const nowMs = performance.now();
      if (nowMs >= untilMs) {
        flush();
        untilMs = nowMs + windowMs;
        written = 0;
      }
      if (written < linesPerWindow) {
        written += 1;
        return line({ msg: 'refused', reason, action, path: path.slice(0, longest), ip: ip.slice(0, 64) });
      }
      leftOut += 1;
      timer ??= setTimeout(flush, windowMs).unref();
    },
    warn: (message) => line({ msg: message }),
    flush,
  };
}
