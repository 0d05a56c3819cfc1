// Words that may not stand in names or sources, and tests that may not be left out.
import { describe, expect, it } from 'vitest';
import { filesBelow } from './source-files.ts';

const everything = filesBelow('.');
const folders = ['src', 'test', 'bench', 'scripts', 'bootstrap', 'bin'];
const code = everything.filter(
  ({ path }) => folders.includes(path.split('/')[0]!) && /\.[jt]sx?$/.test(path),
);
const sources = code.filter(({ path }) => path.startsWith('src/'));

/** `path:line: text` of each line that matches. */
const linesWith = (files: typeof code, pattern: RegExp): string[] =>
  files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? `${path}:${index + 1}: ${line.trim()}` : [])),
  );

describe('names', () => {
  it('of files and folders say what is inside', () => {
    const empty = /(?:^|[/.-])(?:utils?|helpers?|commons?|managers?|services?|misc)(?:[/.-]|$)/i;
    expect(code.map(({ path }) => path).filter((path) => empty.test(path))).toEqual([]);
  });

  it('of classes, functions and types do too', () => {
    const declared =
      /\b(?:class|interface|type|function|const|let)\s+\w*(?:Util|Helper|Manager|Service)(?:s|es)?\b/;
    expect(linesWith(sources, declared)).toEqual([]);
  });

  it('are exported one by one: no barrels but the two index files', () => {
    const barrels = code.map(({ path }) => path).filter((path) => /(?:^|\/)index\.[jt]s$/.test(path));
    expect(barrels.toSorted()).toEqual(['src/activities/index.ts', 'src/workflows/index.ts']);
    expect(linesWith(sources, /^export \* /)).toEqual([]);
    expect(linesWith(sources, /^export default\b/)).toEqual([]);
  });
});

describe('sources', () => {
  it('read the environment at two doors: the command line, and what children inherit', () => {
    const readers = linesWith(
      sources,
      /\bprocess\s*(?:\.|\?\.|\[)\s*'?env\b|\bfrom 'node:process'|\{\s*env\b.*\}\s*=\s*process\b/,
    );
    expect([...new Set(readers.map((line) => line.split(':')[0]!))].toSorted()).toEqual([
      'src/cli/session.ts',
      'src/process/environment.ts',
    ]);
  });

  it('switch no lint or type rule off where they stand', () => {
    expect(linesWith(sources, /(?:eslint|oxlint)-disable|@ts-(?:ignore|nocheck|expect-error)/)).toEqual([]);
  });

  it('leave no note of unfinished work', () => {
    expect(linesWith(code, /\b(?:TO[D]O|FIX[M]E|XX[X]|HAC[K])\b/)).toEqual([]);
  });
});

/** Files whose tests need what not every machine can give, with what that is; run where it is there, counted as skipped elsewhere. */
const needy: Readonly<Record<string, string>> = {
  'test/integration/disk-full.test.ts': 'root, to mount a small file system',
  'test/integration/lecture/faults/disk-full.test.ts': 'root, to mount a small file system',
};

describe('tests', () => {
  const tests = code.filter(({ path }) => path.startsWith('test/'));

  it('are all run: none is skipped, alone, to be written, or wanted to fail', () => {
    const left =
      /\b(?:it|test|describe|suite)(?:\.\w+)*\.(?:skip|only|todo|fails)\b|\b(?:context|ctx)\.skip\(/;
    expect(linesWith(tests, left)).toEqual([]);
  });

  it('that only some machines can run are known by name', () => {
    const conditional = linesWith(tests, /\b(?:it|test|describe|suite)(?:\.\w+)*\.(?:skipIf|runIf)\b/);
    expect([...new Set(conditional.map((line) => line.split(':')[0]!))]).toEqual(Object.keys(needy));
  });
});

describe('the repository', () => {
  it('holds no key, token or password of a real service', () => {
    const secret =
      /-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{36}|\bgithub_pat_\w{20}|\bAIza[\w-]{35}|\bya29\.[\w-]{20}|\bxox[abp]-\w{10}|\bnpm_\w{36}\b|\bsk-[A-Za-z0-9]{32}/;
    expect(linesWith(everything, secret)).toEqual([]);
  });

  it("names no directory of a developer's machine", () => {
    const ours = everything.filter(({ path }) => path !== 'package-lock.json');
    const directory =
      /(?<![\w.}$])\/(?:work|tmp\/[a-z]{1,3}|root|Users\/\w+)\/|(?<![\w.}$])\/home\/(?!ui-server\b)\w+/;
    expect(linesWith(ours, directory)).toEqual([]);
  });

  it('takes its packages from the registry of whoever installs it', () => {
    const lockfile = everything.find(({ path }) => path === 'package-lock.json')!;
    const hosts = [...lockfile.text.matchAll(/"resolved": "(https?:\/\/[^/"]+)/g)].map(([, host]) => host);
    expect(hosts.filter((host) => host !== 'https://registry.npmjs.org')).toEqual([]);
  });
});
