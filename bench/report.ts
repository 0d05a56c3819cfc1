// How a measurement is told: one line each for people who ran it.
import { spreadOf, type Apart, type Bench, type BenchResult } from './bench.ts';

export interface Measured {
  bench: Bench;
  result: BenchResult;
}

/** A measurement that came to no result. */
export interface Broken {
  bench: Bench;
  error: unknown;
}

export const isMet = ({ bench, result }: Measured): boolean => spreadOf(result.ratios).median <= bench.target;

/** `scan-flv  0.083 (0.071–0.110)  target 0.1  met  gap scan of …` */
export function line(measured: Measured): string {
  const { bench, result } = measured;
  const verdict = isMet(measured) ? 'met   ' : 'missed';
  return [
    bench.name.padEnd(15),
    spreadText(result.ratios).padEnd(20),
    `target ${bench.target}`.padEnd(11),
    verdict,
    bench.title,
  ].join('  ');
}

export const apartLines = ({ result }: Measured): string[] =>
  (result.apart ?? []).map(({ what, ratios }: Apart) => `    apart: ${what} ${spreadText(ratios)}`);

/** Median, least and most. */
export function spreadText(ratios: readonly number[]): string {
  const { median, least, most } = spreadOf(ratios);
  return `${figure(median)} (${figure(least)}–${figure(most)})`;
}

/** Three figures that count, never more than three decimals. */
const figure = (value: number): string =>
  value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toFixed(3);
