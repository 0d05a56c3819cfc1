// `npm run bench [-- name…] [--write]`: runs the measurements one after another and prints a line for each; a missed target is shown, a measurement that breaks ends with 1.
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { benches as blanks } from './blank.ts';
import { benches as composites } from './composite.ts';
import { benches as downloads } from './download.ts';
import { benches as merges } from './merge.ts';
import { benches as days } from './merge-day.ts';
import { benches as orchestration } from './orchestration.ts';
import { forgetRecordings } from './recording.ts';
import { benches as relays } from './relays.ts';
import { apartLines, type Broken, line, type Measured } from './report.ts';
import { benches as scans } from './scan.ts';
import { benches as memory } from './worker-memory.ts';
import { writeReport } from './write-report.ts';

const all: Bench[] = [
  ...scans,
  ...merges,
  ...days,
  ...downloads,
  ...orchestration,
  ...memory,
  ...relays,
  ...blanks,
  ...composites,
];

function chosen(names: readonly string[]): Bench[] {
  const unknown = names.filter((name) => !all.some((bench) => bench.name.startsWith(name)));
  if (unknown.length > 0)
    throw new Error(
      `There is no bench ${unknown.join(', ')}. There are: ${all.map(({ name }) => name).join(', ')}.`,
    );
  return names.length === 0 ? all : all.filter((bench) => names.some((name) => bench.name.startsWith(name)));
}

async function measure(bench: Bench): Promise<Measured | Broken> {
  try {
    const measured = { bench, result: await bench.run() };
    for (const text of [line(measured), ...apartLines(measured)]) console.log(text);
    console.log(`    ${measured.result.detail}`);
    return measured;
  } catch (error) {
    console.error(`${bench.name} broke:`, error);
    return { bench, error };
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { write: { type: 'boolean', default: false } },
  });
  const benches = chosen(positionals);
  if (values.write && benches.length < all.length)
    throw new Error('--write needs all measurements: leave the names out.');
  const measured: Measured[] = [];
  const broken: Broken[] = [];
  try {
    for (const bench of benches) {
      const one = await measure(bench);
      if ('error' in one) broken.push(one);
      else measured.push(one);
    }
  } finally {
    await forgetRecordings();
  }
  if (values.write) console.log(`Written: ${await writeReport({ measured, broken })}.`);
  return broken.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
