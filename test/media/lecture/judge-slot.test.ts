// Judging a slot by its real files: slides, black, noise, a no-signal card, a screen that goes blank, files that are damaged or short.
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeSlot, type JudgedSource, type JudgeSpec } from '../../../src/activities/lecture/judge-slot.ts';
import { samplePictureAt, samplePictures } from '../../../src/media/lecture/sample-pictures.ts';
import { neverAborted, run, scratch } from '../media-kit.ts';
import { makeScreenClip, type Scene } from './screen-clip.ts';

const tools = { run, ffmpegPath: 'ffmpeg' };
const deps = { samplePictures: (spec: Parameters<typeof samplePictures>[1]) => samplePictures(tools, spec) };
const lengthSeconds = 100;
let dir: string;
let remove: () => Promise<void>;
let slides: string;

beforeAll(async () => {
  ({ dir, remove } = await scratch());
  slides = await clip('slides.mp4', [
    { seconds: 30, picture: 'whiteSlide' },
    { seconds: 30, picture: 'yellowSlide' },
    { seconds: 40, picture: 'greenSlide' },
  ]);
});
afterAll(() => remove());

const clip = (name: string, scenes: Scene[]): Promise<string> => makeScreenClip({ dir, name, scenes });
const all = (picture: Scene['picture']): Scene[] => [{ seconds: lengthSeconds, picture }];

const source = (path: string, more: Partial<JudgedSource> = {}): JudgedSource => ({
  ...{ path, container: 'mp4', shiftSeconds: 0, hasSound: false },
  ...more,
});

const judge = (sources: JudgeSpec['sources'], more: Partial<JudgeSpec> = {}) =>
  judgeSlot(deps, {
    slot: { index: 3, lengthSeconds },
    sources,
    noSignal: [],
    stallSeconds: 120,
    signal: neverAborted,
    onProgress: () => undefined,
    ...more,
  });

describe('a screen', () => {
  it.each([
    ['slides', 'whiteSlide', 'picture', 0],
    ['one slide that never changes', 'greenSlide', 'picture', 0],
    ['black', 'black', 'blank', 1],
    ['one colour with the noise of a sensor', 'noisy', 'blank', 1],
    ['a no-signal card that nobody has stored', 'noSignal', 'picture', 0],
  ] as const)('that shows %s is judged by it', async (_, picture, state, share) => {
    const path = await clip(`${picture}.mp4`, all(picture));
    expect(await judge({ screen: source(path) })).toEqual({
      ...{ index: 3, lecturer: 'absent', board: 'absent', sound: 'none' },
      ...{ screen: state, screenBlankShare: share },
    });
  });

  it('that shows a stored no-signal card is blank, also through noise, and slides stay a picture', async () => {
    const card = await clip('card.mp4', all('noSignal'));
    const noisy = await clip('noisy-card.mkv', all('noisySignal'));
    const learned = await samplePictureAt(tools, {
      ...{ path: card, container: 'mp4', atSeconds: 30, signal: neverAborted, stallSeconds: 120 },
    });
    const blank = await judge({ screen: source(noisy, { container: 'matroska' }) }, { noSignal: [learned] });
    expect(blank).toMatchObject({ screen: 'blank', screenBlankShare: 1 });
    expect(blank.noSignalDistance).toBeLessThan(4);
    const seen = await judge({ screen: source(slides) }, { noSignal: [learned] });
    expect(seen).toMatchObject({ screen: 'picture', screenBlankShare: 0 });
    expect(seen.noSignalDistance).toBeGreaterThan(20);
  });

  it('that goes blank in the middle is a picture with its share', async () => {
    const path = await clip('half.mp4', [
      { seconds: 50, picture: 'yellowSlide' },
      { seconds: 50, picture: 'black' },
    ]);
    expect(await judge({ screen: source(path) })).toMatchObject({ screen: 'picture', screenBlankShare: 0.5 });
  });

  it('is judged by the part of the file that the lecture needs', async () => {
    const path = await clip('late.mp4', [
      { seconds: 50, picture: 'black' },
      { seconds: 50, picture: 'yellowSlide' },
    ]);
    const part = { slot: { index: 0, lengthSeconds: 45 } };
    expect(await judge({ screen: source(path) }, part)).toMatchObject({ screenBlankShare: 1 });
    expect(await judge({ screen: source(path, { shiftSeconds: -52 }) }, part)).toMatchObject({
      screenBlankShare: 0,
    });
  });
});

describe('a file', () => {
  it('that is empty, is no video or has lost its index is an absent source and stops no other', async () => {
    await writeFile(join(dir, 'empty.mp4'), '');
    await writeFile(join(dir, 'page.mp4'), '<html>404</html>');
    const cut = await clip('cut.mp4', all('whiteSlide'));
    await truncate(cut, 10_000);
    for (const path of [join(dir, 'empty.mp4'), join(dir, 'page.mp4'), cut]) {
      expect(await judge({ screen: source(path), board: source(slides) })).toMatchObject({
        screen: 'absent',
        board: 'picture',
      });
    }
  });

  it('that is short is judged by what there is', async () => {
    const short = await clip('short.mp4', [{ seconds: 40, picture: 'black' }]);
    expect(await judge({ screen: source(short) })).toMatchObject({ screen: 'blank', screenBlankShare: 1 });
  });

  it('that is not there stops the judging: somebody has removed it', async () => {
    await expect(judge({ screen: source(join(dir, 'absent.mp4')) })).rejects.toMatchObject({
      type: 'NotFound',
    });
  });
});

describe('a slot', () => {
  it('has its sound from the room’s own source, else from the lecturer', async () => {
    const lecturer = source(slides, { hasSound: true });
    expect(await judge({ lecturer })).toMatchObject({ lecturer: 'picture', sound: 'lecturer' });
    expect(await judge({ lecturer, sound: source(slides, { hasSound: true }) })).toMatchObject({
      sound: 'sound',
    });
    expect(await judge({ lecturer, sound: source(slides) })).toMatchObject({ sound: 'lecturer' });
    expect(await judge({ sound: source(slides) })).toMatchObject({ lecturer: 'absent', sound: 'none' });
  });

  it('tells of each source while it looks at it', async () => {
    const told: string[] = [];
    const onProgress: JudgeSpec['onProgress'] = ({ looksAt }) => void told.push(looksAt);
    await judge({ lecturer: source(slides), board: source(slides) }, { onProgress });
    expect([...new Set(told)]).toEqual(['lecturer', 'board']);
    expect(told.length).toBeGreaterThan(2);
  });
});
