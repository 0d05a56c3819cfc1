// Lectures over midnight and over changes of the clock, and names that no file system would take.
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestLecture } from '../../../src/client/lecture.ts';
import { firstSlotMs, slotSeconds, startLectureStack } from './lecture-stack.ts';
import type { LectureStack } from './lecture-stack.ts';
import { attachedTo, fileOf, onDrive } from './published-lecture.ts';
import { probe } from './seen-pictures.ts';

let place: LectureStack;
beforeAll(async () => {
  place = await startLectureStack();
});
afterAll(() => place[Symbol.asyncDispose]());

const slotAt = (instant: string): number => (Date.parse(instant) - firstSlotMs) / 1000 / slotSeconds;

interface OverIt {
  room: string;
  /** The moment in the middle: a new day, or another clock. */
  instant: string;
  /** What a person asks for, in Berlin. */
  hours: { date: string; start: string; end: string; endDate?: string };
  clocks: [string, string];
}

const cases: OverIt[] = [
  {
    room: 'midnight',
    instant: '2026-02-10T23:00:00Z',
    hours: { date: '2026-02-10', start: '23:59:53', end: '00:00:07', endDate: '2026-02-11' },
    clocks: ['23:59', '00:00'],
  },
  {
    room: 'summer',
    instant: '2026-03-29T01:00:00Z',
    hours: { date: '2026-03-29', start: '01:59:53', end: '03:00:07' },
    clocks: ['01:59', '03:00'],
  },
  {
    room: 'winter',
    instant: '2026-10-25T01:00:00Z',
    hours: { date: '2026-10-25', start: '02:59:53', end: '02:00:07' },
    clocks: ['02:59', '02:00'],
  },
];

describe.concurrent('a lecture in Berlin', () => {
  it.each(cases)('over $room is exact to the frame, and its hours are those of the clock', async (one) => {
    const { room, instant, hours, clocks } = one;
    await place.addRoom(room, { timeZone: 'Europe/Berlin' }, ['lecturer', 'screen']);
    for (const slot of [-1, 0]) {
      await place.record(room, 'lecturer', slotAt(instant) + slot);
      await place.record(room, 'screen', slotAt(instant) + slot);
    }
    const middleMs = Date.parse(instant);
    // The clock goes back: only instants tell which 02:00 is meant.
    const range = {
      startAt: new Date(middleMs - 7000).toISOString(),
      endAt: new Date(middleMs + 7000).toISOString(),
    };
    const { id } = await requestLecture(place.stack, {
      room,
      hours: room === 'winter' ? range : hours,
      spec: { name: 'Late' },
    });
    expect(await place.end(id)).toMatchObject({ state: 'complete' });
    const document = await place.show(id);
    expect([document.startAt, document.endAt].map((at) => Date.parse(at) - middleMs)).toEqual([-7000, 7000]);
    expect(document).toMatchObject({ missingSeconds: 0 });
    const { path } = fileOf(document, 'main');
    const [from, to] = clocks.map((clock) => clock.replace(':', '-'));
    expect(path).toBe(`lectures/${room}/${hours.date}/Late_${from}_${to}.mp4`);
    const { frames, chapters } = await probe(place.stack.media(path));
    expect(frames).toBe(140);
    expect(chapters).toEqual([
      { startSeconds: 0, title: `${clocks[0]} lecturer and screen` },
      { startSeconds: 7, title: `${clocks[1]} lecturer and screen` },
    ]);
    const folders = onDrive(place, id).map(
      ({ parentId }) => place.google.files().find((f) => f.id === parentId)?.name,
    );
    expect(new Set(folders)).toEqual(new Set([hours.date]));
  });
});

describe.concurrent('a name', () => {
  const names = {
    slashes: 'Graphs/Trees: ../..\\C:',
    quotes: `“A” 'b' "c" $(touch x) \`y\` ; & | *?`,
    emoji: '🎓 Теория графов — лекция №1 👩🏽‍🏫',
    long: 'д'.repeat(150),
    dots: '..',
  };

  it.each(Object.entries(names))(
    'with %s is kept where people read it, and safe where files stand',
    async (room, name) => {
      await place.addRoom(room, {}, ['lecturer']);
      await place.record(room, 'lecturer', 0);
      const eventId = await place.addEvent();
      const { calendarId, courseCode } = place.ids;
      const event = { calendarId, eventId };
      const spec = { name, courses: [courseCode] };
      const id = await place.request(room, { fromSeconds: 0, toSeconds: 4, event, spec });
      expect(await place.end(id)).toMatchObject({ state: 'complete' });
      const document = await place.show(id);
      expect(document.spec.name).toBe(name);
      const { path } = fileOf(document, 'main');
      expect(path.split('/')).toHaveLength(4);
      expect(basename(path)).toMatch(/^[^\s/\\:*?"'<>|`$;&]+_10-00_10-00\.mp4$/);
      expect(Buffer.byteLength(basename(path))).toBeLessThanOrEqual(160);
      expect(onDrive(place, id).map((file) => file.name)).toEqual([basename(path)]);
      expect(attachedTo(place, eventId)).toEqual(['Notes', name]);
      const { externalId } = document.publications.find(({ kind }) => kind === 'drive')!;
      const post = place.google
        .posts()
        .find(({ resource }) => JSON.stringify(resource).includes(externalId!))!;
      expect((post.resource as { text: string }).text).toContain(name.slice(0, 60));
    },
  );
});
