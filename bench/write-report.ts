// Writes docs/reference/benchmarks.md: ratios and what they were measured with; speeds of one machine are nobody's promise.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { format } from 'prettier';
import { type Broken, isMet, type Measured, spreadText } from './report.ts';
import { pinnedVersions } from '../bootstrap/server-tools.js';

const path = 'docs/reference/benchmarks.md';
const exec = promisify(execFile);

export interface BenchReport {
  measured: readonly Measured[];
  broken: readonly Broken[];
}

/** Answers where it was written. */
export async function writeReport(report: BenchReport): Promise<string> {
  const text = await format(await page(report), { parser: 'markdown', printWidth: 110 });
  await writeFile(fileURLToPath(new URL(`../${path}`, import.meta.url)), text);
  return path;
}

async function page({ measured, broken }: BenchReport): Promise<string> {
  const missed = measured.filter((one) => !isMet(one));
  const apart = measured.flatMap(({ result }) => result.apart ?? []);
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench -- --write`. Each row is the median of ours ÷ theirs over pairs of turns in one run, with the least and the most of the pairs; below 1 we are quicker.',
    '',
    `Measured on ${new Date().toISOString().slice(0, 10)} with ${availableParallelism()} cores, ${(await versions()).join(', ')}; files in the page cache.`,
    '',
    '| name | measured | ratio | target | |',
    '|---|---|---|---|---|',
    ...measured.map((one) => row(one)),
    ...broken.map(({ bench }) => `| ${bench.name} | ${bench.title} | none | ${bench.target} | broke |`),
    '',
    '## Measured apart',
    '',
    'How long a disk takes to make a file durable is the disk’s business and stands in no ratio above.',
    '',
    '| measured | ratio |',
    '|---|---|',
    ...apart.map(({ what, ratios }) => `| ${what} | ${spreadText(ratios)} |`),
    ...(missed.length > 0 ? ['', '## What limits a missed target', ''] : []),
    ...missed.map(({ bench }) => `- **${bench.name}**: ${bench.limit ?? 'not known yet.'}`),
    ...(broken.length > 0 ? ['', '## What broke', ''] : []),
    ...broken.map(({ bench, error }) => `- **${bench.name}**: ${reasonOf(error)}`),
    '',
  ].join('\n');
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const row = (measured: Measured): string =>
  `| ${measured.bench.name} | ${measured.bench.title} | ${spreadText(measured.result.ratios)} | ${measured.bench.target} | ${isMet(measured) ? 'met' : 'missed'} |`;

async function versions(): Promise<string[]> {
  const first = async (command: string, pattern: RegExp): Promise<string> => {
    const { stdout } = await exec(command, [command === 'ffmpeg' ? '-version' : '--version']);
    return `${command} ${pattern.exec(stdout)?.[1] ?? 'of an unknown version'}`;
  };
  return [
    `Node ${process.versions.node}`,
    await first('ffmpeg', /version (\S+)/),
    await first('curl', /^curl (\S+)/),
    await first('cat', /\) (\S+)/),
    `Temporal CLI ${pinnedVersions.temporal}`,
  ];
}
