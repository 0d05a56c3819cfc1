// Lectures whose recordings are not whole: sources that are missing, blank, damaged or something else. All run at once; each says what became of it.
import { appendFileSync, copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeBlank } from '../../../src/client/room-blank.ts';
import type { LectureDocument, LectureRequest } from '../../../src/contract/lecture.ts';
import type { SourceRole } from '../../../src/contract/lecture-messages.ts';
import type { ClipSpec } from '../../fakes/clips.ts';
import { startLectureStack } from './lecture-stack.ts';
import type { LectureStack } from './lecture-stack.ts';
import { fileOf } from './published-lecture.ts';
import { pictureAt, probe, shownIn, type Moment } from './seen-pictures.ts';

interface Recorded {
  role: SourceRole;
  slot?: number;
  looks?: Partial<ClipSpec>;
  /** What becomes of the file after it was recorded. */
  spoil?: (path: string) => void;
}

interface Case {
  files: readonly Recorded[];
  /** One slot unless said otherwise. */
  slots?: number;
  spec?: Partial<LectureRequest['spec']>;
}

const lecturer: Recorded = { role: 'lecturer' };
const screen: Recorded = { role: 'screen' };
const board: Recorded = { role: 'board' };
const noSignal: Partial<ClipSpec> = {
  pattern: 'color',
  videoFilter: [
    'drawbox=color=navy:t=fill',
    'drawbox=x=90:y=60:w=140:h=60:color=yellow:t=fill',
    'drawbox=x=110:y=80:w=40:h=20:color=red:t=fill',
  ].join(','),
};
const blue: Partial<ClipSpec> = { pattern: 'color', videoFilter: 'drawbox=color=blue:t=fill' };
const html = (path: string): void => writeFileSync(path, '<!doctype html><h1>Sign in</h1>'.repeat(400));

/** Random bytes over the second half of what the pictures stand in. */
function scramble(path: string): void {
  const bytes = readFileSync(path);
  const from = bytes.indexOf('mdat') + 4;
  for (let at = from + Math.floor((bytes.length - from) / 2); at < bytes.length - 4096; at++)
    bytes[at] = (at * 2654435761) & 0xff;
  writeFileSync(path, bytes);
}

const cases = {
  'lecturer-once': { slots: 2, files: [lecturer, screen, { role: 'screen', slot: 1 }] },
  'lecturer-never': { files: [screen, board] },
  'right-never': { files: [lecturer] },
  nothing: { files: [] },
  'no-signal': { files: [lecturer, { ...screen, looks: noSignal }, board] },
  uniform: { files: [lecturer, { ...screen, looks: blue }, board] },
  'uniform-later': {
    slots: 2,
    files: [lecturer, { ...lecturer, slot: 1 }, screen, { role: 'screen', slot: 1, looks: blue }],
  },
  'board-asked': { files: [lecturer, screen, board], spec: { right: 'board' } },
  'screen-asked': { files: [lecturer, { ...screen, looks: blue }, board], spec: { right: 'screen' } },
  'zero-bytes': { files: [lecturer, { ...screen, spoil: (path) => writeFileSync(path, '') }, board] },
  truncated: { files: [{ ...lecturer, spoil: (path) => truncateSync(path, 5000) }, screen] },
  scrambled: { files: [lecturer, { ...screen, looks: { gopFrames: 150 }, spoil: scramble }] },
  'web-page': { files: [lecturer, { ...screen, spoil: html }, board] },
  trailing: { files: [lecturer, { ...screen, spoil: (path) => appendFileSync(path, 'x'.repeat(5000)) }] },
  silent: { files: [{ ...lecturer, looks: { audio: false } }, screen] },
  'two-sounds': {
    files: [{ ...lecturer, looks: { outputArgs: ['-map', '1:a', '-c:a:1', 'aac'] } }, screen],
  },
  short: { files: [{ ...lecturer, looks: { seconds: 6 } }, screen] },
  turned: { files: [lecturer, { ...screen, looks: { size: '90x160', fps: 30 } }] },
} satisfies Record<string, Case>;
type Name = keyof typeof cases;

let place: LectureStack;
const documents = new Map<string, LectureDocument>();
const paths = new Map<string, string>();

async function record(room: string, { files }: Case): Promise<void> {
  await place.addRoom(room, { readyAfterSeconds: 0, secondTryAfterSeconds: 0, waitForMissingSeconds: 3 });
  for (const { role, slot = 0, looks, spoil } of files) {
    const path = await place.record(room, role, slot, looks);
    paths.set(`${room} ${role} ${slot}`, path);
    if (!spoil) continue;
    copyFileSync(path, `${path}.whole`);
    paths.set(`${room} ${role} ${slot}`, `${path}.whole`);
    spoil(path);
  }
}

async function run(room: string, { slots = 1, spec }: Case): Promise<void> {
  const id = await place.request(room, {
    fromSeconds: 1,
    toSeconds: slots * 10 - 1,
    ...(spec ? { spec } : {}),
  });
  await place.end(id).catch(() => undefined);
  documents.set(room, await place.show(id));
}

beforeAll(async () => {
  place = await startLectureStack();
  await Promise.all(Object.entries<Case>(cases).map(([room, one]) => record(room, one)));
  const taken = { path: paths.get('no-signal screen 0')!, seconds: 5 };
  await storeBlank(place.stack.catalog, { pixels: await pictureAt(taken, 'null'), room: 'no-signal' });
  await Promise.all(Object.entries<Case>(cases).map(([room, one]) => run(room, one)));
});
afterAll(() => place[Symbol.asyncDispose]());

const show = (room: Name): LectureDocument => documents.get(room)!;
const panesOf = (room: Name): string[] => show(room).slots.map(({ left, right }) => `${left} ${right}`);
const source = (room: Name, role: SourceRole, slot = 0): string => paths.get(`${room} ${role} ${slot}`)!;

/** What a pane shows five seconds into a slot, among these roles of its room. */
async function seen(room: Name, pane: 'left' | 'right' | 'whole', slot = 0): Promise<string> {
  const roles = ['lecturer', 'screen', 'board'] as const;
  const known = roles.flatMap((role): [string, Moment][] => {
    const path = source(room, role, slot);
    return path ? [[role, { path, seconds: 5 }]] : [];
  });
  const video = place.stack.media(fileOf(show(room), 'main').path);
  return await shownIn(pane, { path: video, seconds: slot * 10 + 4 }, Object.fromEntries(known));
}

const framesOf = async (room: Name): Promise<number> =>
  (await probe(place.stack.media(fileOf(show(room), 'main').path))).frames;

describe('without a lecturer', () => {
  it('in one slot, the right pane stands alone there, and the lecture is incomplete', async () => {
    expect(panesOf('lecturer-once')).toEqual(['lecturer screen', 'none screen']);
    expect(show('lecturer-once')).toMatchObject({
      state: 'incomplete',
      missingSeconds: 9,
      reason: 'The lecturer’s file of 1 of 2 slots is not there. 9 s of the lecturer are missing.',
    });
    expect(await seen('lecturer-once', 'left')).toBe('lecturer');
    expect(await seen('lecturer-once', 'whole', 1)).toBe('screen');
    expect(await framesOf('lecturer-once')).toBe(180);
  });

  it('in all slots, there is a video all the same', async () => {
    expect(panesOf('lecturer-never')).toEqual(['none screen']);
    expect(show('lecturer-never')).toMatchObject({ state: 'incomplete', missingSeconds: 8 });
    expect(show('lecturer-never').slots[0]!.reason).toContain('no lecturer');
    expect(await seen('lecturer-never', 'whole')).toBe('screen');
  });
});

describe('without a right pane', () => {
  it('the lecturer stands alone, and the lecture says what is not there', async () => {
    expect(panesOf('right-never')).toEqual(['lecturer none']);
    expect(show('right-never')).toMatchObject({
      state: 'incomplete',
      reason: 'Neither screen nor board of 1 of 1 slots is there.',
    });
    expect(await seen('right-never', 'whole')).toBe('lecturer');
    expect(show('right-never').files.map(({ role }) => role)).not.toContain('backup');
  });

  it('and without a lecturer, the lecture fails and nothing is published', () => {
    expect(show('nothing')).toMatchObject({ state: 'failed', files: [], publications: [] });
    expect(show('nothing').reason).toContain('Not one file with pictures of any slot is there.');
  });
});

describe('a screen', () => {
  it('that shows a stored picture of no signal gives way to the board', async () => {
    expect(panesOf('no-signal')).toEqual(['lecturer board']);
    expect(show('no-signal').state).toBe('complete');
    expect(show('no-signal').slots[0]).toMatchObject({ screenBlankShare: 1 });
    expect(show('no-signal').slots[0]!.noSignalDistance).toBeLessThan(4);
    expect(await seen('no-signal', 'right')).toBe('board');
  });

  it('of one colour gives way to the board', async () => {
    expect(panesOf('uniform')).toEqual(['lecturer board']);
    expect(await seen('uniform', 'right')).toBe('board');
  });

  it('that goes dark where there is no board stays as its last good picture', async () => {
    expect(panesOf('uniform-later')).toEqual(['lecturer screen', 'lecturer screen-still']);
    const last = { screen: { path: source('uniform-later', 'screen', 0), seconds: 9 } };
    const video = place.stack.media(fileOf(show('uniform-later'), 'main').path);
    expect(await shownIn('right', { path: video, seconds: 14 }, last)).toBe('screen');
  });

  it('or a board that a person asked for is shown whatever it shows', async () => {
    expect(panesOf('board-asked')).toEqual(['lecturer board']);
    expect(await seen('board-asked', 'right')).toBe('board');
    expect(panesOf('screen-asked')).toEqual(['lecturer screen']);
    expect(await seen('screen-asked', 'right')).toBe('screen');
  });

  it('of another shape and rate stands whole in its pane', async () => {
    expect(await seen('turned', 'right')).toBe('screen');
    expect(show('turned').state).toBe('complete');
  });
});

describe('a file', () => {
  it.each(['zero-bytes', 'web-page'] as const)(
    'of the screen that is no video (%s) counts as absent',
    async (room) => {
      expect(panesOf(room)).toEqual(['lecturer board']);
      expect(show(room).state).toBe('complete');
      expect(await seen(room, 'right')).toBe('board');
    },
  );

  it('of the lecturer that is cut off counts as absent, and the lecture says so', async () => {
    expect(panesOf('truncated')).toEqual(['none screen']);
    expect(show('truncated')).toMatchObject({ state: 'incomplete', missingSeconds: 8 });
    expect(await seen('truncated', 'whole')).toBe('screen');
  });

  it('whose bytes are scrambled from the middle on spoils neither the length nor the other pane', async () => {
    expect(show('scrambled')).toMatchObject({
      state: 'incomplete',
      reason: 'There is no backup: no file of the screen or the board can be copied.',
    });
    expect(await framesOf('scrambled')).toBe(80);
    expect(await seen('scrambled', 'left')).toBe('lecturer');
  });

  it('with rubbish behind its end is whole', async () => {
    expect(show('trailing').state).toBe('complete');
    expect(await seen('trailing', 'right')).toBe('screen');
  });

  it('of the lecturer that ends early is shown to its end; what is missing is counted', async () => {
    const { state, missingSeconds, slots } = show('short');
    expect([state, slots[0]!.left]).toEqual(['complete', 'lecturer']);
    expect(missingSeconds).toBeCloseTo(3, 1);
    expect(await framesOf('short')).toBe(80);
  });

  it('without sound gives silence, one with two gives the first', async () => {
    for (const room of ['silent', 'two-sounds'] as const) {
      expect(show(room).state).toBe('complete');
      const video = place.stack.media(fileOf(show(room), 'main').path);
      expect((await probe(video)).codecs).toEqual(['h264', 'aac']);
    }
  });
});
