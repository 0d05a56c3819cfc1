// Whether a screen shows anything: judged by small pictures of it, by their evenness and by pictures that are known to mean "no signal".
import type { SourceState } from './pane-choice.ts';

/** Every picture here is 64×36 RGB, three bytes a cell, rows from the top: 6,912 bytes. */
export const pictureWidth = 64;
export const pictureHeight = 36;
export const pictureBytes = pictureWidth * pictureHeight * 3;

const cells = pictureWidth * pictureHeight;

/**
 * Cells left out of the features, those furthest from the middle value: a hot pixel, a text cursor or a mouse pointer, which lies in four
 * cells at most, does not make an even picture a picture. The smallest word on a slide covers more than twice as many.
 */
const outlierCells = 6;

/**
 * Standard deviation of the brightness. Measured on key frames of recordings: even picture with sensor noise 0.0–1.5, slides 9.6, a NO
 * SIGNAL logo 9.4.
 */
const evenDeviationMax = 2;

/** The same of the colour, which is recorded more coarsely and so noisier: up to 4 with strong sensor noise. */
const evenColourDeviationMax = 8;

/** Share of neighbours that differ visibly in brightness. Measured: even picture 0, slides 0.020, logo 0.017. */
const evenEdgeShareMax = 0.002;
const edgeStep = 8;

/** Mean absolute difference to a no-signal picture, of 255; encoders alone make less than 2. */
const noSignalDistanceMax = 4;

/**
 * Of the cells, this share may differ clearly from the no-signal picture, for a clock that runs in it; a dark slide with a line of text
 * is near to a dark card with a logo in the mean, but not cell by cell.
 */
const noSignalChangedShareMax = 0.01;
const clearStep = 32;

/** A slot is blank when this share of its pictures is. */
const blankShareMin = 0.8;

/** Pictures of a still screen differ by less than this in the mean. */
const frozenDistanceMax = 0.5;

export interface PictureFeatures {
  /** Standard deviation of the brightness over the cells, 0 to 128. */
  deviation: number;
  /** The larger one of the two colour differences (red and blue minus brightness). */
  colourDeviation: number;
  /** Share of neighbouring cells, sideways and downwards, whose brightness differs by 8 or more. */
  edgeShare: number;
}

export interface ScreenVerdict {
  state: SourceState;
  /** 0 to 1; 0 without pictures. */
  blankShare: number;
  /** Mean over the pictures of the distance to the nearest no-signal picture, 0 to 255; absent when there are none of either. */
  noSignalDistance?: number;
  /** All pictures are the same: of interest to people, never a reason to call a screen blank. */
  frozen: boolean;
}

/** Evenness of one picture, without its few most extreme cells. */
export function featuresOf(picture: Uint8Array): PictureFeatures {
  const isOutlier = outliersOf(picture);
  const brightness = plane((cell) => brightnessOf(picture, cell));
  const red = plane((cell) => picture[cell * 3]! - brightness[cell]!);
  const blue = plane((cell) => picture[cell * 3 + 2]! - brightness[cell]!);
  return {
    deviation: deviationOf(brightness, isOutlier),
    colourDeviation: Math.max(deviationOf(red, isOutlier), deviationOf(blue, isOutlier)),
    edgeShare: edgeShareOf(brightness, isOutlier),
  };
}

/** Mean absolute difference over all bytes, 0 to 255. */
export function pictureDistance(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < pictureBytes; at++) sum += Math.abs(a[at]! - b[at]!);
  return sum / pictureBytes;
}

/** One colour all over, black above all, however noisy. */
export function isEven(picture: Uint8Array): boolean {
  const { deviation, colourDeviation, edgeShare } = featuresOf(picture);
  return (
    deviation < evenDeviationMax && colourDeviation < evenColourDeviationMax && edgeShare < evenEdgeShareMax
  );
}

/** Even, or one of the no-signal pictures. A picture that is itself even says no more than evenness does and is not compared. */
export function isBlank(picture: Uint8Array, noSignal: readonly Uint8Array[]): boolean {
  return isEven(picture) || noSignal.some((known) => !isEven(known) && isSame(picture, known));
}

/**
 * What a screen showed in a slot: blank when four fifths of its pictures are. A static slide is a picture.
 * @param pictures taken over the slot, in order; none: the screen is absent
 */
export function judgeScreen(pictures: readonly Uint8Array[], noSignal: readonly Uint8Array[]): ScreenVerdict {
  if (pictures.length === 0) return { state: 'absent', blankShare: 0, frozen: false };
  const blankShare = pictures.filter((picture) => isBlank(picture, noSignal)).length / pictures.length;
  const nearest = pictures.map((picture) =>
    Math.min(...noSignal.map((known) => pictureDistance(picture, known))),
  );
  return {
    state: blankShare >= blankShareMin ? 'blank' : 'picture',
    blankShare,
    ...(noSignal.length > 0 ? { noSignalDistance: mean(nearest) } : {}),
    frozen: isFrozen(pictures),
  };
}

function isSame(picture: Uint8Array, known: Uint8Array): boolean {
  if (pictureDistance(picture, known) >= noSignalDistanceMax) return false;
  let changed = 0;
  for (let at = 0; at < pictureBytes; at += 3) {
    const step = Math.max(
      Math.abs(picture[at]! - known[at]!),
      Math.abs(picture[at + 1]! - known[at + 1]!),
      Math.abs(picture[at + 2]! - known[at + 2]!),
    );
    if (step >= clearStep) changed++;
  }
  return changed <= cells * noSignalChangedShareMax;
}

const isFrozen = (pictures: readonly Uint8Array[]): boolean =>
  pictures.length > 1 &&
  pictures.every((picture) => pictureDistance(picture, pictures[0]!) < frozenDistanceMax);

function mean(values: readonly number[] | Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The cells furthest from the median colour, marked by 1. */
function outliersOf(picture: Uint8Array): Uint8Array {
  const middle = [0, 1, 2].map((channel) => medianOf(picture, channel));
  const distances = Array.from({ length: cells }, (_, cell) =>
    middle.reduce((sum, value, channel) => sum + Math.abs(picture[cell * 3 + channel]! - value), 0),
  );
  const furthest = distances.map((_, cell) => cell).sort((a, b) => distances[b]! - distances[a]! || a - b);
  const marks = new Uint8Array(cells);
  for (const cell of furthest.slice(0, outlierCells)) marks[cell] = 1;
  return marks;
}

function medianOf(picture: Uint8Array, channel: number): number {
  const values = new Uint8Array(cells);
  for (let cell = 0; cell < cells; cell++) values[cell] = picture[cell * 3 + channel]!;
  return values.sort()[cells / 2]!;
}

function edgeShareOf(brightness: Float32Array, isOutlier: Uint8Array): number {
  let edges = 0;
  let pairs = 0;
  const compare = (cell: number, neighbour: number): void => {
    if (isOutlier[cell] || isOutlier[neighbour]) return;
    pairs++;
    if (Math.abs(brightness[cell]! - brightness[neighbour]!) >= edgeStep) edges++;
  };
  for (let cell = 0; cell < cells; cell++) {
    if (cell % pictureWidth < pictureWidth - 1) compare(cell, cell + 1);
    if (cell + pictureWidth < cells) compare(cell, cell + pictureWidth);
  }
  return edges / pairs;
}

function deviationOf(values: Float32Array, isOutlier: Uint8Array): number {
  const kept = values.filter((_, cell) => !isOutlier[cell]);
  const middle = mean(kept);
  return Math.sqrt(mean(kept.map((value) => (value - middle) ** 2)));
}

const plane = (valueOf: (cell: number) => number): Float32Array =>
  Float32Array.from({ length: cells }, (_, cell) => valueOf(cell));

/** Weights of BT.601. */
const brightnessOf = (picture: Uint8Array, cell: number): number =>
  0.299 * picture[cell * 3]! + 0.587 * picture[cell * 3 + 1]! + 0.114 * picture[cell * 3 + 2]!;
