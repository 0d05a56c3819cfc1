// docs/reference/cli.md, from the tree of commands.
import type { Command } from 'commander';
import { buildProgram } from '../../src/cli/main.ts';
import type { Terminal } from '../../src/cli/output/terminal.ts';
import { exitCodeMeanings } from '../../src/contract/exit-codes.ts';
import { code, generated, plain, table } from './markdown.ts';

const nowhere: Terminal = {
  out: () => {},
  err: () => {},
  draw: () => {},
  stdin: process.stdin,
  asks: false,
  isTerminal: false,
  drawsProgress: false,
  columns: 100,
};

export function cliReference(): string {
  const program = buildProgram(nowhere);
  const exits = Object.entries(exitCodeMeanings).map(([exit, meaning]) => [exit, meaning]);
  return [
    generated('src/cli'),
    '# Command line',
    'The binary is `longtake`; in a checkout `npx longtake` or `node bin/longtake.js`. Without a terminal, output is plain lines; with `--json` it is one [document](documents.md).',
    '## Exit codes',
    table(['code', 'meaning'], exits),
    ...leaves(program).map(section),
  ].join('\n\n');
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function section(command: Command): string {
  const path = pathOf(command);
  const words = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  const parts = [
    `## ${path.join(' ')}`,
    plain(command.description()),
    code(['longtake', ...path, ...words, '[flags]'].join(' ')),
  ];
  if (command.registeredArguments.length > 0)
    parts.push(
      table(
        ['argument', 'meaning'],
        command.registeredArguments.map((argument) => [code(argument.name()), plain(argument.description)]),
      ),
    );
  const rows = command.options
    .filter((option) => !option.hidden)
    .map((option) => [
      code(option.flags),
      plain(option.description) +
        (option.defaultValue === undefined || option.negate
          ? ''
          : ` (default: ${code(String(option.defaultValue))})`),
    ]);
  parts.push(table(['flag', 'meaning'], rows), `\`\`\`text\n${helpAfter(command)}\n\`\`\``);
  return parts.join('\n\n');
}

function pathOf(command: Command): string[] {
  return command.parent ? [...pathOf(command.parent), command.name()] : [];
}

/** The notes and examples that the command's help ends with. */
function helpAfter(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  // The help flag is the last row of what commander writes itself.
  return text.slice(text.indexOf('\n', text.lastIndexOf('  -h, --help'))).trim();
}
