// What counts as a blank picture, on drawn pictures of 64×36: evenness with noise and specks, no-signal cards, slides that stay.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  featuresOf,
  isBlank,
  isEven,
  judgeScreen,
  pictureBytes,
  pictureDistance,
  pictureHeight,
  pictureWidth,
} from '../../src/domain/blank-picture.ts';
import { sample } from './sample.ts';

type Colour = [number, number, number];
const black: Colour = [0, 0, 0];
const blue: Colour = [0, 0, 200];
const white: Colour = [255, 255, 255];

function even(colour: Colour): Uint8Array {
  return Uint8Array.from({ length: pictureBytes }, (_, at) => colour[at % 3]!);
}

interface Patch {
  x: number;
  y: number;
  width: number;
  height: number;
  colour: Colour;
}

function withPatch(picture: Uint8Array, { x, y, width, height, colour }: Patch): Uint8Array {
  const painted = Uint8Array.from(picture);
  for (let row = y; row < y + height; row++) {
    for (let column = x; column < x + width; column++) {
      painted.set(colour, (row * pictureWidth + column) * 3);
    }
  }
  return painted;
}

/** Repeatable noise of up to ±`most` on every byte. */
function withNoise(picture: Uint8Array, most: number, seed = 1): Uint8Array {
  let state = seed;
  return picture.map((value) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const step = Math.round((state / 2_147_483_648 - 0.5) * 2 * most);
    return Math.min(255, Math.max(0, value + step));
  });
}

const text = (x: number, y: number, width: number): Patch => ({
  x,
  y,
  width,
  height: 2,
  colour: [150, 150, 150],
});
const slide = withPatch(withPatch(even(white), text(6, 5, 30)), text(6, 14, 22));
const card = withPatch(even(blue), { x: 22, y: 15, width: 20, height: 6, colour: white });

describe('an even picture', () => {
  test.each([
    ['black', even(black)],
    ['a colour', even([12, 30, 160])],
    ['grey with the noise of a sensor', withNoise(even([90, 90, 90]), 3)],
    ['one hot pixel', withPatch(even(black), { x: 9, y: 9, width: 1, height: 1, colour: white })],
    ['a mouse pointer', withPatch(even(blue), { x: 30, y: 30, width: 2, height: 2, colour: white })],
    [
      'a clean picture with noise and a pointer',
      withNoise(withPatch(even(blue), { x: 1, y: 1, width: 2, height: 2, colour: white }), 2),
    ],
  ])('is %s', (_, picture) => {
    expect(isEven(picture)).toBe(true);
    expect(isBlank(picture, [])).toBe(true);
  });

  test.each([
    ['a slide', slide],
    ['a dark slide with a line', withPatch(even(black), text(10, 16, 20))],
    ['a faint word', withPatch(even([100, 100, 100]), { ...text(26, 17, 12), colour: [110, 110, 110] })],
    ['one short word', withPatch(even(white), text(26, 17, 12))],
    ['a no-signal card that nobody has stored', card],
    ['a gradient', even(black).map((_, at) => Math.floor(at / 3) % pictureWidth)],
    ['a faint gradient', even(black).map((_, at) => Math.floor((Math.floor(at / 3) % pictureWidth) / 4))],
    [
      'two halves of one brightness',
      withPatch(even([120, 60, 60]), { x: 0, y: 0, width: 32, height: 36, colour: [60, 79, 120] }),
    ],
  ])('is not %s', (_, picture) => {
    expect(isEven(picture)).toBe(false);
    expect(isBlank(picture, [])).toBe(false);
  });

  test('has features near zero, a slide has not', () => {
    const noisy = featuresOf(withNoise(even([90, 90, 90]), 3));
    expect(noisy.deviation).toBeLessThan(2);
    expect(noisy.edgeShare).toBe(0);
    const seen = featuresOf(slide);
    expect(seen.deviation).toBeGreaterThan(8);
    expect(seen.edgeShare).toBeGreaterThan(0.015);
  });

  test('stays even with up to six specks of any colour anywhere', () => {
    const speck = fc.record({
      x: fc.nat(pictureWidth - 1),
      y: fc.nat(pictureHeight - 1),
      colour: fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
    });
    fc.assert(
      fc.property(fc.array(speck, { maxLength: 6 }), (specks) => {
        const picture = specks.reduce(
          (drawn, { x, y, colour }) => withPatch(drawn, { x, y, width: 1, height: 1, colour }),
          even([40, 90, 20]),
        );
        expect(isEven(picture)).toBe(true);
      }),
      sample(60),
    );
  });
});

describe('a stored no-signal picture', () => {
  test('makes its like blank, through noise, a hot pixel and a clock in the corner', () => {
    expect(isBlank(card, [card])).toBe(true);
    expect(isBlank(withNoise(card, 5), [slide, card])).toBe(true);
    expect(isBlank(withPatch(card, { x: 3, y: 3, width: 1, height: 1, colour: white }), [card])).toBe(true);
    expect(isBlank(withPatch(card, { x: 50, y: 2, width: 10, height: 2, colour: white }), [card])).toBe(true);
  });

  test('does not make another picture blank, however near in the mean', () => {
    const darkCard = withPatch(even(black), text(24, 17, 12));
    const darkSlide = withPatch(even(black), text(8, 6, 12));
    expect(pictureDistance(darkCard, darkSlide)).toBeLessThan(4);
    expect(isBlank(darkSlide, [darkCard])).toBe(false);
    expect(isBlank(slide, [card])).toBe(false);
    expect(isBlank(withPatch(card, { x: 4, y: 4, width: 20, height: 4, colour: white }), [card])).toBe(false);
  });

  test('that is even takes no dark slide with it', () => {
    const fewWords = withPatch(even(black), text(26, 17, 10));
    expect(pictureDistance(fewWords, even(black))).toBeLessThan(4);
    expect(isBlank(fewWords, [even(black)])).toBe(false);
    expect(isBlank(even([30, 30, 30]), [even(black)])).toBe(true);
  });
});

describe('judgeScreen', () => {
  const of = (count: number, picture: Uint8Array): Uint8Array[] =>
    Array.from({ length: count }, () => picture);

  test.each([
    ['without pictures it is absent', [], 'absent', 0, false],
    ['a static slide stays a picture, frozen as it is', of(10, slide), 'picture', 0, true],
    [
      'slides are a picture',
      [...of(5, slide), ...of(5, withPatch(slide, text(6, 24, 28)))],
      'picture',
      0,
      false,
    ],
    ['black throughout is blank', of(10, even(black)), 'blank', 1, true],
    [
      'blank from the middle on is a picture',
      [...of(5, slide), ...of(5, even(black))],
      'picture',
      0.5,
      false,
    ],
    ['seven of ten are not enough', [...of(3, slide), ...of(7, even(black))], 'picture', 0.7, false],
    ['eight of ten are', [...of(2, slide), ...of(8, even(blue))], 'blank', 0.8, false],
    ['a card that nobody has stored is a picture', of(10, card), 'picture', 0, true],
    ['one picture of a short file counts alone', of(1, even(black)), 'blank', 1, false],
  ])('%s', (_, pictures, state, blankShare, frozen) => {
    expect(judgeScreen(pictures, [])).toEqual({ state, blankShare, frozen });
  });

  test('a stored card is blank, with its distance', () => {
    const verdict = judgeScreen([withNoise(card, 4), withNoise(card, 4, 7)], [slide, card]);
    expect(verdict).toMatchObject({ state: 'blank', blankShare: 1 });
    expect(verdict.noSignalDistance).toBeGreaterThan(0.5);
    expect(verdict.noSignalDistance).toBeLessThan(4);
  });

  test('the distance is the mean over the pictures of that to the nearest card', () => {
    const verdict = judgeScreen([even(black), even([30, 30, 30])], [even([10, 10, 10]), even(white)]);
    expect(verdict.noSignalDistance).toBe(15);
  });
});
