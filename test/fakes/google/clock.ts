// The stand-in's own clock: real time plus what a test has let pass.

export class FakeClock {
  #aheadMs = 0;

  nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  /** RFC 3339 in UTC, as Google writes instants. */
  nowAt(): string {
    return new Date(this.nowMs()).toISOString();
  }

  /** Tokens, sessions, lags and quotas see this much time pass at once. */
  advance(seconds: number): void {
    this.#aheadMs += seconds * 1000;
  }
}
