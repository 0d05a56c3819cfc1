import { spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempDir } from '../setup/servers.ts';

const script = new URL('../../.ci/run', import.meta.url);

/** Runs .ci/run with an npm that prints and exits as told per command; answers its last line and exit code. */
async function runCi(npm: {
  check: string;
  test: string;
  fleet?: string;
}): Promise<{ last: string; code: number | null }> {
  await using dir = await tempDir();
  const bin = join(dir.path, 'bin');
  for (const path of ['.ci', 'bin', 'test/fleet']) await mkdir(join(dir.path, path), { recursive: true });
  await copyFile(script, join(dir.path, '.ci', 'run'));
  if (npm.fleet !== undefined) {
    await writeFile(join(dir.path, 'vitest.fleet.config.ts'), '');
    await writeFile(join(dir.path, 'test/fleet/a.test.ts'), '');
  }
  const cases = `case "$*" in *check*) ${npm.check};; *fleet*) ${npm.fleet ?? 'exit 9'};; *) ${npm.test};; esac`;
  await writeFile(join(bin, 'npm'), `#!/bin/sh\n[ "$CI" = true ] || exit 8\n${cases}\n`);
  await chmod(join(bin, 'npm'), 0o755);
  const { stdout, status } = spawnSync('bash', [join(dir.path, '.ci', 'run')], {
    encoding: 'utf8',
    env: { PATH: `${bin}:/usr/bin:/bin` },
  });
  return { last: stdout.trim().split('\n').at(-1) ?? '', code: status };
}

const says = (line: string, code = 0): string => `echo "${line}"; exit ${code}`;

test.each([
  [
    'all is well',
    { check: says('2 passed, 0 failed'), test: says('7 passed, 0 failed') },
    '7 passed, 0 failed',
    0,
  ],
  [
    'the fleet adds its tests',
    { check: says('fine'), test: says('7 passed, 0 failed'), fleet: says('3 passed, 0 failed') },
    '10 passed, 0 failed',
    0,
  ],
  [
    'a test fails',
    { check: says('fine'), test: says('6 passed, 1 failed, 2 skipped', 1) },
    '6 passed, 1 failed',
    1,
  ],
  [
    'a check fails',
    { check: says('bad format', 1), test: says('7 passed, 0 failed') },
    '7 passed, 1 failed',
    1,
  ],
  ['set-up fails', { check: says('fine'), test: says('npm ci failed', 1) }, '0 passed, 1 failed', 1],
  ['no test ran', { check: says('fine'), test: says('0 passed, 0 failed') }, '0 passed, 0 failed', 1],
])('.ci/run closes with the sum of its runs when %s', async (_, npm, last, code) => {
  expect(await runCi(npm)).toEqual({ last, code });
});
