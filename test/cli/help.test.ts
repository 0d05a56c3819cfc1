import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { buildProgram, withDescendants } from '../../src/cli/main.ts';
import { processTerminal } from '../../src/cli/output/terminal.ts';
import { runCli } from './run-cli.ts';

const run = promisify(execFile);
const launcher = new URL('../../bin/longtake.js', import.meta.url).pathname;

const leaves = withDescendants(buildProgram(processTerminal())).filter(
  (command) => command.commands.length === 0,
);
const nameOf = (command: Command): string =>
  command.parent ? `${nameOf(command.parent)} ${command.name()}`.trim() : '';

describe('help', () => {
  test.each(leaves.map(nameOf))('%s --help shows flags with --json, and examples', async (name) => {
    const end = await runCli([...name.split(' '), '--help']);
    expect(end.code).toBe(0);
    expect(end.out).toContain('--json');
    expect(end.out).toMatch(/Examples:\n {2}\$ /);
  });

  test('the first page names every command and the exit codes', async () => {
    const { out, code } = await runCli(['--help']);
    expect(code).toBe(0);
    for (const command of ['demo', 'up', 'worker', 'doctor', 'camera', 'target', 'plan', 'config'])
      expect(out).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
    expect(out).toContain('0 done, 1 done with gaps or failures, 2 bad input, 3 stack not reachable');
  });

  test('help loads no library but commander, so that it answers at once', async () => {
    const hook = `import { registerHooks } from 'node:module';
      registerHooks({ load: (url, context, next) => {
        const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1];
        if (name) process.stderr.write('loads ' + name + '\\n');
        return next(url, context);
      } });`;
    const preload = `data:text/javascript,${encodeURIComponent(hook)}`;
    const { stdout, stderr } = await run(process.execPath, [
      '--import',
      preload,
      launcher,
      'plan',
      'add',
      '--help',
    ]);
    expect(stdout).toContain('--gap-tolerance-seconds');
    expect(new Set(stderr.match(/(?<=loads )\S+/g))).toEqual(new Set(['commander']));
  });

  test('a group without a command shows its help on standard error and ends as bad input', async () => {
    const { code, err, out } = await runCli(['plan']);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('Usage: longtake plan');
  });
});
