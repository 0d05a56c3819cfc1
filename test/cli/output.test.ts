import { CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { describeError } from '../../src/cli/output/exit-code.ts';
import { printJsonPages } from '../../src/cli/output/json.ts';
import { createProgress } from '../../src/cli/output/progress-line.ts';
import { humanBytes, humanSeconds, renderTable } from '../../src/cli/output/table.ts';
import type { Terminal } from '../../src/cli/output/terminal.ts';
import { selectionFromAnswer, stationsOf } from '../../src/cli/plan/request.ts';
import { exitCodeOfReport } from '../../src/cli/doctor/run.ts';
import { errorDocument } from '../../src/contract/command.ts';
import type { DoctorCheck } from '../../src/contract/doctor.ts';
import { StackUnreachable } from '../../src/contract/stack-unreachable.ts';
import { Fault, faultTypes } from '../../src/domain/fault.ts';
import { recordingTerminal } from './run-cli.ts';

describe('a table', () => {
  test('aligns text to the left and numbers to the right, and ends lines without blanks', () => {
    expect(
      renderTable(
        ['id', 'count', 'why'],
        [
          ['a', 5, ''],
          ['long', 120, 'x'],
        ],
      ),
    ).toBe(['id    count  why', 'a         5', 'long    120  x'].join('\n'));
  });

  test('counts wide characters twice and shows control characters as question marks', () => {
    const lines = renderTable(
      ['name', 'x'],
      [
        ['日本', 'y'],
        ['a\u001b[2J\n', 'z'],
      ],
    ).split('\n');
    expect(lines).toEqual(['name    x', '日本    y', 'a?[2J?  z']);
  });

  test('pads Cyrillic, combined and wide text alike', () => {
    const cells = ['Участок', 'й№…', 'и\u0306', '日本', 'naïve'];
    const lines = renderTable(
      ['name', 'x'],
      cells.map((cell) => [cell, '|']),
    ).split('\n');
    expect(lines.slice(1)).toEqual([
      'Участок  |',
      'й№…      |',
      'и\u0306        |',
      '日本     |',
      'naïve    |',
    ]);
  });

  test('may be longer than a call takes arguments', () => {
    const rows = Array.from({ length: 130_000 }, (_, index) => [`cam-${index}`]);
    expect(renderTable(['id'], rows).split('\n')).toHaveLength(rows.length + 1);
  });

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1_530_000_000, '1.5 GB'],
    [22_050_000_000_000, '22.1 TB'],
  ])('%d bytes read %s', (bytes, text) => expect(humanBytes(bytes)).toBe(text));

  test('seconds carry at most one decimal', () => {
    expect([humanSeconds(0), humanSeconds(5.96), humanSeconds(30.04)]).toEqual(['0 s', '6 s', '30 s']);
  });
});

test('a document in pages ends when its reader has gone', async () => {
  const { terminal, text } = recordingTerminal();
  const left = { ...terminal, isOutClosed: () => text().includes('"n":2') };
  let asked = 0;
  const pages = (async function* () {
    for (let n = 1; n < 100; n += 1) {
      asked = n;
      yield await Promise.resolve([{ n }]);
    }
  })();
  await printJsonPages(left, { head: { id: 'p1' }, list: 'entries', pages });
  expect(asked).toBe(2);
});

describe('progress', () => {
  const recorder = (drawsProgress: boolean) => {
    const written: string[] = [];
    const terminal = {
      err: (text: string) => written.push(text),
      draw: (text: string) => written.push(text),
      drawsProgress,
      columns: 20,
    };
    return { written, progress: createProgress(terminal as unknown as Terminal) };
  };

  test('is a line for each change where nothing can be redrawn', () => {
    const { written, progress } = recorder(false);
    for (const summary of ['1/2', '1/2', '2/2']) progress.show({ summary, rows: 'table' });
    expect(written).toEqual(['1/2', '2/2']);
  });

  test('is redrawn in place on a terminal, and clipped to its width', () => {
    const { written, progress } = recorder(true);
    progress.show({ summary: 'a', rows: 'b\nc' });
    progress.show({ summary: 'x'.repeat(40) });
    expect(written[0]).toBe('\u001b[Ja\nb\nc\n');
    expect(written[1]).toBe(`\u001b[3A\u001b[J${'x'.repeat(18)}…\n`);
  });
});

describe('an error', () => {
  test.each(faultTypes)('of type %s has a code, a sentence and a remedy', (type) => {
    const { code, document } = describeError(new Fault(type, 'It went wrong.'));
    expect([1, 2, 3]).toContain(code);
    expect(errorDocument.parse(document).error).toMatchObject({ type, message: 'It went wrong.' });
  });

  test.each([
    [new Fault('InputInvalid', 'x', { remedy: 'Do y.' }), 2, 'Do y.'],
    [new StackUnreachable('x', 'Do z.'), 3, 'Do z.'],
    [
      new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"),
      2,
      'Add --help to the command for its flags and examples.',
    ],
    [new Fault('CatalogUnavailable', 'x'), 3, 'Bring the database back; the work goes on by itself.'],
  ])('%o ends with the right code and its own remedy', (error, code, remedy) => {
    expect(describeError(error)).toMatchObject({ code, document: { error: { remedy } } });
  });
});

test.each([
  ['all', { all: true }],
  ['tag entrance', { tag: 'entrance' }],
  ['region 77', { region: '77' }],
  ['region Moscow city stations 1-20', { region: 'Moscow city', stations: '1-20' }],
  ['cam-1,cam-2', { cameras: 'cam-1,cam-2' }],
])('the answer “%s” chooses cameras', (answer, selection) => {
  expect(selectionFromAnswer(answer)).toEqual(selection);
});

test.each([
  ['100-199', { first: '100', last: '199' }],
  ['7', { first: '7', last: '7' }],
  ['A-1..A-9', { first: 'A-1', last: 'A-9' }],
  ['1-2-3', undefined],
  ['-', undefined],
])('stations “%s”', (text, range) => {
  const problems: string[] = [];
  expect(stationsOf(text, problems)).toEqual(range);
  expect(problems).toHaveLength(range ? 0 : 1);
});

test.each([
  [[], 0],
  [[{ area: 'tools', result: 'warn' }], 0],
  [[{ area: 'temporal', result: 'fail' }], 3],
  [
    [
      { area: 'temporal', result: 'fail' },
      { area: 'tools', result: 'fail' },
    ],
    1,
  ],
])('a doctor’s report %o is exit code %d', (checks, code) => {
  expect(exitCodeOfReport({ result: 'pass', checks: checks as DoctorCheck[] })).toBe(code);
});
