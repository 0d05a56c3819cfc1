// Which panes are chosen: a table of evidence, hysteresis, a person's words, and what must hold for any slots at all.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  choosePanes,
  leftChoices,
  type PaneQuestion,
  rightChoices,
  type SlotFacts,
  stillSlotOf,
} from '../../src/domain/pane-choice.ts';
import { sample } from './sample.ts';

/**
 * One slot a word: `S` screen, `0`–`9` screen blank for that many tenths, `X` all blank, `-` no screen; then `B` board, `b` blank board;
 * `!` no lecturer.
 */
function slotsOf(words: string): SlotFacts[] {
  return words.split(' ').map((word, index) => {
    const tenths = /\d/.exec(word)?.[0];
    const share = word.includes('S')
      ? 0
      : word.includes('X')
        ? 1
        : tenths === undefined
          ? undefined
          : Number(tenths) / 10;
    return {
      index,
      lecturer: word.includes('!') ? 'absent' : 'picture',
      screen: share === undefined ? 'absent' : share >= 0.8 ? 'blank' : 'picture',
      board: word.includes('B') ? 'picture' : word.includes('b') ? 'blank' : 'absent',
      sound: 'none',
      ...(share === undefined ? {} : { screenBlankShare: share }),
    };
  });
}

const rights = (words: string, question: Partial<PaneQuestion> = {}): string =>
  choosePanes({ facts: slotsOf(words), mode: 'auto', overrides: [], ...question })
    .map(({ right }) => right)
    .join(' ');

describe('the right pane', () => {
  test.each([
    ['the screen where it shows something', 'SB S', 'screen screen'],
    ['the board where the screen is blank', 'SB XB SB', 'screen board screen'],
    ['the board where no screen was recorded', '-B -B', 'board board'],
    [
      "the screen's last picture where the board is missing or blank",
      'SB X Xb -',
      'screen screen-still screen-still screen-still',
    ],
    ['its own last picture where it was blank for most of the slot', '9 SB', 'screen-still screen'],
    ['a filler where nothing was seen before', 'X S', 'filler screen'],
    ['a filler where board and screen are blank from the start', 'Xb -b SB', 'filler filler screen'],
    ['nothing where no slot has anything', 'X - b', 'none none none'],
  ])('is %s', (_, words, expected) => {
    expect(rights(words)).toBe(expected);
  });

  test.each([
    ['the screen, blank or not', 'screen', 'XB SB', 'screen screen'],
    ['the board in place of a screen that was not recorded', 'screen', '-B SB', 'board screen'],
    ['the last picture of a screen that is gone', 'screen', 'SB -', 'screen screen-still'],
    ['the board, blank or not', 'board', 'Sb SB', 'board board'],
    ['the screen in place of a board that was not recorded', 'board', 'S SB', 'screen board'],
  ] as const)('asked for by a person is %s (%s)', (_, mode, words, expected) => {
    expect(rights(words, { mode })).toBe(expected);
  });
});

describe('a single slot between two of one source', () => {
  test.each([
    ['stays with the board where the screen was on for less than half', 'XB 7B XB', 'board board board'],
    ['stays with the board where it was on for four tenths', 'XB 6B XB', 'board board board'],
    ['goes to the screen where it was on for half', 'XB 5B XB', 'board screen board'],
    ['stays with the screen where it was blank for four fifths', 'SB 8B SB', 'screen screen screen'],
    ['stays with the screen also where the last picture would stand', 'S 9 S', 'screen screen screen'],
    ['goes to the board where the screen was blank throughout', 'SB XB SB', 'screen board screen'],
    ['goes to the board where no screen was recorded', 'SB -B SB', 'screen board screen'],
    ['cannot stay with a board that was not recorded', 'XB 7 XB', 'board screen board'],
    ['two together go', 'SB 8B 8B SB', 'screen board board screen'],
    ['the first and last slot go', '8B SB 8B', 'board screen board'],
    ['alternating ones settle', 'SB 8B 7B 8B SB', 'screen screen screen screen screen'],
  ])('%s', (_, words, expected) => {
    expect(rights(words)).toBe(expected);
  });

  test('says what it stands on', () => {
    const [, middle] = choosePanes({ facts: slotsOf('SB 8B SB'), mode: 'auto', overrides: [] });
    expect(middle!.reason).toBe('screen as before and after: screen blank for a share of 0.80 only');
  });
});

describe('the left pane', () => {
  test('is the lecturer; without one the right pane stands alone and the reason says so', () => {
    const choices = choosePanes({ facts: slotsOf('SB !XB !'), mode: 'auto', overrides: [] });
    expect(choices).toEqual([
      { index: 0, left: 'lecturer', right: 'screen', reason: 'screen' },
      { index: 1, left: 'none', right: 'board', reason: 'no lecturer; screen blank (share 1.00)' },
      { index: 2, left: 'none', right: 'screen-still', reason: 'no lecturer; no screen, no board' },
    ]);
  });

  test('without anything in the slot a filler stands alone', () => {
    const choices = choosePanes({ facts: slotsOf('!X -'), mode: 'auto', overrides: [] });
    expect(choices.map(({ left, right }) => `${left} ${right}`)).toEqual(['none filler', 'lecturer none']);
  });

  test('is the lecturer also where the picture is dark: the sound and the rest of the slot are there', () => {
    const facts = slotsOf('S').map((slot) => ({ ...slot, lecturer: 'blank' as const }));
    expect(choosePanes({ facts, mode: 'auto', overrides: [] })[0]!.left).toBe('lecturer');
  });
});

describe('a word of a person', () => {
  const choose = (words: string, right: (typeof rightChoices)[number], slot = 0) =>
    choosePanes({ facts: slotsOf(words), mode: 'auto', overrides: [{ slot, right }] })[slot]!;

  test.each([
    ['board', 'Sb', 'lecturer', 'board', 'chosen by a person'],
    ['screen', 'XB', 'lecturer', 'screen', 'chosen by a person'],
    ['none', 'SB', 'lecturer', 'none', 'chosen by a person'],
    ['filler', 'SB', 'lecturer', 'filler', 'chosen by a person'],
    ['screen-still', 'SB', 'lecturer', 'screen-still', 'chosen by a person'],
    ['none', '!SB', 'filler', 'none', 'no lecturer; chosen by a person'],
    ['board', 'S', 'lecturer', 'filler', 'board chosen by a person, but there is none'],
    ['screen-still', 'XB', 'lecturer', 'filler', 'screen-still chosen by a person, but there is none'],
  ] as const)('%s for %s gives %s and %s', (right, words, left, answer, reason) => {
    expect(choose(words, right)).toEqual({ index: 0, left, right: answer, reason });
  });

  test('screen where none was recorded gives its last picture', () => {
    expect(choose('S -B', 'screen', 1).right).toBe('screen-still');
  });

  test('the last of two for one slot holds, and one for a slot that is not there changes nothing', () => {
    const overrides = [
      { slot: 0, right: 'board' as const },
      { slot: 0, right: 'filler' as const },
      { slot: 9, right: 'none' as const },
    ];
    expect(rights('SB SB', { overrides })).toBe('filler screen');
  });
});

test('the still picture of a slot is that of the latest slot that showed something', () => {
  const facts = slotsOf('X S 9 X -');
  expect(facts.map(({ index }) => stillSlotOf(facts, index))).toEqual([undefined, 1, 2, 2, 2]);
});

const slotFacts = fc
  .record({
    lecturer: fc.constantFrom('absent', 'blank', 'picture'),
    board: fc.constantFrom('absent', 'blank', 'picture'),
    tenths: fc.option(fc.nat(10), { nil: undefined }),
  })
  .map(({ lecturer, board, tenths }): Omit<SlotFacts, 'index'> => ({
    lecturer: lecturer as SlotFacts['lecturer'],
    board: board as SlotFacts['board'],
    screen: tenths === undefined ? 'absent' : tenths >= 8 ? 'blank' : 'picture',
    sound: 'none',
    ...(tenths === undefined ? {} : { screenBlankShare: tenths / 10 }),
  }));
const anyFacts = fc
  .array(slotFacts, { minLength: 1, maxLength: 8 })
  .map((slots) => slots.map((slot, index) => ({ index, ...slot })));
const anyQuestion = fc.record({
  facts: anyFacts,
  mode: fc.constantFrom('auto' as const, 'screen' as const, 'board' as const),
  overrides: fc.array(fc.record({ slot: fc.nat(7), right: fc.constantFrom(...rightChoices) }), {
    maxLength: 3,
  }),
});

describe('for any slots', () => {
  test('a source is shown only where it was recorded, some pane always shows, and a reason is given', () => {
    fc.assert(
      fc.property(anyQuestion, (question) => {
        const choices = choosePanes(question);
        expect(choices.map(({ index }) => index)).toEqual(question.facts.map(({ index }) => index));
        for (const [at, { left, right, reason }] of choices.entries()) {
          const slot = question.facts[at]!;
          expect(leftChoices).toContain(left);
          if (left === 'lecturer') expect(slot.lecturer).not.toBe('absent');
          if (right === 'screen' || right === 'board') expect(slot[right]).not.toBe('absent');
          if (right === 'screen-still') expect(stillSlotOf(question.facts, at)).toBeDefined();
          expect([left, right]).not.toEqual(['none', 'none']);
          expect(reason).not.toBe('');
        }
      }),
      sample(500),
    );
  });

  test('a word for one slot changes that slot and no other', () => {
    const word = fc.record({ slot: fc.nat(7), right: fc.constantFrom(...rightChoices) });
    fc.assert(
      fc.property(anyQuestion, word, (question, override) => {
        const before = choosePanes(question);
        const after = choosePanes({ ...question, overrides: [...question.overrides, override] });
        for (const [at, choice] of after.entries()) {
          if (choice.index !== override.slot) expect(choice).toEqual(before[at]);
        }
      }),
      sample(500),
    );
  });

  test('the same facts give the same choice', () => {
    fc.assert(
      fc.property(anyQuestion, (question) => {
        expect(choosePanes(structuredClone(question))).toEqual(choosePanes(question));
      }),
      sample(100),
    );
  });
});
