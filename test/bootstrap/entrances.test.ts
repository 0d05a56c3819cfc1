import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const path = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const run = (file: string, ...args: string[]) =>
  spawnSync(process.execPath, [path(file), ...args], { encoding: 'utf8' });

describe('bootstrap/run.js', () => {
  test('lists its commands when asked for none or for one that is not there', () => {
    for (const args of [[], ['nonsense'], ['constructor']]) {
      const { status, stderr } = run('bootstrap/run.js', ...args);
      expect(status).toBe(2);
      for (const name of ['demo', 'test', 'check', 'soak', 'bench', 'fleet'])
        expect(stderr).toContain(`  ${name}`);
    }
  });
});

describe('bin/longtake.js', () => {
  test('answers --help', () => {
    const { status, stdout } = run('bin/longtake.js', '--help');
    expect(status).toBe(0);
    expect(stdout).toContain('longtake');
  });

  test('passes the exit code of bad input on', () => {
    expect(run('bin/longtake.js', 'nonsense').status).toBe(2);
  });
});
