// Files stay small enough to be read at once, and begin by saying what they are.
import { describe, expect, it } from 'vitest';
import { filesBelow, lineCount } from './source-files.ts';

const code = /\.(?:ts|js|tsx)$/;
const sources = filesBelow('src', code);
const tests = filesBelow('test', code);
const tools = ['bench', 'scripts', 'bootstrap', 'bin'].flatMap((folder) => filesBelow(folder, code));

const longerThan = (files: typeof sources, ceiling: number): string[] =>
  files.flatMap(({ path, text }) => (lineCount(text) > ceiling ? `${path}: ${lineCount(text)} lines` : []));

describe('files', () => {
  it('of the product and its tools have at most 300 lines', () => {
    expect(longerThan([...sources, ...tools], 300)).toEqual([]);
  });

  it('of tests have at most 400 lines', () => {
    expect(longerThan(tests, 400)).toEqual([]);
  });

  it('of the product have at most 80 lines in the median', () => {
    const sorted = sources.map(({ text }) => lineCount(text)).sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(80);
  });

  it('begin with a comment that says what lives in them', () => {
    const silent = [...sources, ...tools].filter(({ text }) => {
      const lines = text.split('\n');
      return !/^(?:\/\/ |\/\*\*)/.test(lines[0]!.startsWith('#!') ? lines[1]! : lines[0]!);
    });
    expect(silent.map(({ path }) => path)).toEqual([]);
  });
});
