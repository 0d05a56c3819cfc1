// Quotas: units a minute per person and API, and bytes a day per uploader; over them Google refuses in each API's own way.
import type { FakeClock } from './clock.ts';
import type { Route } from './discovery.ts';
import { refuse, type GoogleError } from './google-error.ts';

export type ApiName = 'drive' | 'calendar' | 'classroom' | 'sheets';

/** Google's usage limits of 2026-05: what a call of Drive costs. */
const driveUnits: Readonly<Record<string, number>> = { get: 5, list: 100, generateIds: 5 };
const driveModifyUnits = 50;

const unitsOf = ({ api, method }: Route): number =>
  api.name === 'drive' ? (driveUnits[method.id.split('.').at(-1)!] ?? driveModifyUnits) : 1;

export class Limits {
  /** Units that one person may use in a minute of the stand-in's clock. */
  unitsPerMinute: Record<ApiName, number> = { drive: 325_000, calendar: 600, classroom: 1200, sheets: 60 };
  /** Bytes that one person may upload in 24 h; Google's 750 GB. */
  uploadBytesPerDay = 750e9;
  readonly #used = new Map<string, number>();
  readonly #uploaded: { email: string; atMs: number; bytes: number }[] = [];
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** Counts a call, and refuses it when the minute is used up. */
  charge(route: Route, email: string): void {
    const key = `${route.api.name} ${email} ${Math.floor(this.#clock.nowMs() / 60_000)}`;
    const used = (this.#used.get(key) ?? 0) + unitsOf(route);
    if (used > this.unitsPerMinute[route.api.name]) throw this.#refusal(route.api.name);
    this.#used.set(key, used);
  }

  #refusal(api: ApiName): GoogleError {
    if (api === 'drive') return refuse('userRateLimitExceeded');
    return refuse(api === 'calendar' ? 'rateLimitExceeded' : 'resourceExhausted');
  }

  uploadedToday(email: string): number {
    const sinceMs = this.#clock.nowMs() - 24 * 3600 * 1000;
    return this.#uploaded
      .filter((each) => each.email === email && each.atMs > sinceMs)
      .reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Refuses an upload that would go over the day. */
  checkUpload(email: string, bytes: number): void {
    if (this.uploadedToday(email) + bytes > this.uploadBytesPerDay) throw refuse('userRateLimitExceeded');
  }

  noteUpload(email: string, bytes: number): void {
    this.#uploaded.push({ email, atMs: this.#clock.nowMs(), bytes });
  }
}
