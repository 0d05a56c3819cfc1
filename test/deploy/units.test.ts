// The systemd units: read strictly by us, by systemd where it is there, and held against the commands and settings they name.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/main.ts';
import { configKeys } from '../../src/config/keys.ts';
import { findProgram } from '../../src/process/find-program.ts';
import { repository } from '../fleet/compose-file.ts';
import { tempDir } from '../setup/temp-dir.ts';
import { readUnit, type UnitEntry } from './unit-file.ts';

const directory = join(repository, 'deploy', 'systemd');
const text = (name: string): string => readFileSync(join(directory, name), 'utf8');
const units = readdirSync(directory).filter((name) => name.endsWith('.service'));
const valuesOf = (entries: readonly UnitEntry[], key: string): string[] =>
  entries.filter((entry) => entry.key === key).map(({ value }) => value);

/** What systemd says of a unit; our own strict reading where there is no systemd. Programs that it starts must exist: ours does. */
async function complaintsOf(unit: string): Promise<string> {
  const analyze = await findProgram('systemd-analyze', process.env['PATH'] ?? '').catch(() => undefined);
  if (analyze === undefined) return readUnit(unit).problems.join('\n');
  await using dir = await tempDir();
  const path = join(dir.path, 'longtake-test.service');
  await writeFile(path, unit.replace('ExecStart=/usr/bin/node', `ExecStart=${process.execPath}`));
  // It warns and answers 0 where it would go on without a line.
  const verified = promisify(execFile)(analyze, ['verify', '--man=no', path]);
  return await verified.then(
    ({ stderr }) => stderr,
    (error: { stderr: string }) => error.stderr,
  );
}

describe.each(units)('%s', (name) => {
  const { entries, problems } = readUnit(text(name));
  const [execStart = ''] = valuesOf(entries, 'ExecStart');

  test('holds nothing but what is known, in the right shape', () => {
    expect(problems).toEqual([]);
  });

  test('is taken by systemd without a word', async () => {
    expect(await complaintsOf(text(name))).toBe('');
  });

  test('starts a command that there is, with flags that it has and all that it needs', () => {
    const [node, launcher, ...words] = execStart.split(' ');
    expect([node, launcher]).toEqual(['/usr/bin/node', '/opt/longtake/bin/longtake.js']);
    const { command, flags } = commandOf(words);
    const long = command.options.map((option) => option.long);
    expect(flags.filter((flag) => !long.includes(flag))).toEqual([]);
    const needed = command.options.filter(({ mandatory }) => mandatory).map((option) => option.long!);
    expect(needed.filter((flag) => !flags.includes(flag))).toEqual([]);
  });

  test('is started again after a failure for ever, and stops tools last', () => {
    expect(valuesOf(entries, 'Restart')).toEqual(['on-failure']);
    expect(valuesOf(entries, 'StartLimitIntervalSec')).toEqual(['0']);
    expect(valuesOf(entries, 'KillMode')).toEqual(['mixed']);
  });

  test('writes into the journal under a name of its own', () => {
    expect(valuesOf(entries, 'SyslogIdentifier')).toEqual([name.replace('.service', '')]);
    expect(valuesOf(entries, 'StandardError')).toEqual(['journal']);
  });

  test('may do little: no rights of root, no home directories, a file system that it cannot write', () => {
    const hardened = { User: 'longtake', NoNewPrivileges: 'yes', CapabilityBoundingSet: '' };
    const shut = { ProtectSystem: 'strict', ProtectHome: 'yes', PrivateTmp: 'yes', PrivateDevices: 'yes' };
    for (const [key, value] of Object.entries({ ...hardened, ...shut }))
      expect([key, ...valuesOf(entries, key)]).toEqual([key, value]);
  });

  test('leaves what tools need to die with their worker: namespaces of their own', () => {
    expect(text(name)).not.toMatch(
      /^(?:RestrictNamespaces|PrivateUsers|MemoryDenyWriteExecute|SystemCallFilter)=/m,
    );
  });

  test('names settings that there are, and no secret', () => {
    expect(unknownSettings(valuesOf(entries, 'Environment'))).toEqual([]);
    expect(text(name)).not.toMatch(/:\/\/[^/\s]*:[^/\s]*@/);
  });
});

test('the example of their settings names settings that there are', () => {
  const lines = text('longtake.env').split('\n');
  const settings = lines.filter((line) => /^#?[A-Z_]+=/.test(line)).map((line) => line.replace(/^#/, ''));
  expect(settings.length).toBeGreaterThan(5);
  expect(unknownSettings(settings)).toEqual([]);
});

test.each([
  ['an unknown key', 'ProtectHome=yes', 'ProtectHomes=yes'],
  ['a value that cannot be', 'ProtectHome=yes', 'ProtectHome=perhaps'],
  ['a section of another name', '[Service]', '[Servise]'],
])('%s is seen by us, and by whoever verifies', async (_, from, to) => {
  const broken = text(units[0]!).replace(from, to);
  expect(readUnit(broken).problems).not.toEqual([]);
  expect(await complaintsOf(broken)).not.toBe('');
});

function commandOf(words: readonly string[]): { command: Command; flags: string[] } {
  let command = buildProgram({
    ...{ out: () => {}, err: () => {}, draw: () => {}, stdin: process.stdin },
    ...{ asks: false, isTerminal: false, drawsProgress: false, columns: 100 },
  });
  let depth = 0;
  for (let found = nextOf(command, words[0]); found; found = nextOf(command, words[depth])) {
    command = found;
    depth += 1;
  }
  expect(command.commands).toEqual([]);
  return { command, flags: words.slice(depth).filter((word) => word.startsWith('--')) };
}

const nextOf = (command: Command, word: string | undefined): Command | undefined =>
  command.commands.find((one) => one.name() === word);

/** Of `NAME=value` lines, the names that neither Longtake nor Temporal's clients read. */
function unknownSettings(lines: readonly string[]): string[] {
  const known = configKeys().flatMap(({ variable, aliases, secret }) => [
    ...[variable, ...aliases],
    ...(secret ? [`${variable}_FILE`] : []),
  ]);
  return lines
    .map((line) => line.split('=')[0]!)
    .filter(
      (name) => !known.includes(name) && !/^TEMPORAL_(?:ADDRESS|NAMESPACE|API_KEY|TLS_\w+)$/.test(name),
    );
}
