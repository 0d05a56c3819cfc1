// What Longtake relies on in Calendar: attachments under an etag, and lists that go on from a token.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCalendar, type GoogleCalendar } from '../../src/google/calendar.ts';
import { askGoogle } from '../../src/google/google-fault.ts';
import { eventually } from '../setup/eventually.ts';
import { openPlace, type GooglePlace } from './google-place.ts';

let place: GooglePlace;
let calendar: GoogleCalendar;
beforeAll(async () => {
  place = await openPlace();
  calendar = createCalendar(place.connection);
});
// Absent when the environment was refused: that error alone is to be read.
afterAll(() => (place as GooglePlace | undefined)?.[Symbol.asyncDispose]());

const seconds = 120;
const yearMs = 365 * 86_400_000;
const range = () => ({ fromMs: Date.now() + yearMs - 86_400_000, toMs: Date.now() + yearMs + 86_400_000 });

async function uploaded(title: string) {
  const { fileId, url } = await place.drive.upload(await place.video({ sizeBytes: 300 }));
  return { fileId, url, title, mimeType: 'video/mp4' };
}
const eventAt = async (event: { calendarId: string; eventId: string }) =>
  (await askGoogle('Reading an event', () => place.connection.calendar.events.get(event))).data;
type Place = Awaited<ReturnType<GooglePlace['event']>>;
const filesOn = async (event: Place) =>
  ((await eventAt(event)).attachments ?? []).map(({ fileId }) => fileId);

it('a file is attached beside the one that is there, once, and taken away alone', async () => {
  const [theirs, ours] = [await uploaded('theirs.mp4'), await uploaded('ours.mp4')];
  const { url: fileUrl, title, mimeType } = theirs;
  const description = 'поток: SCRATCH';
  const event = await place.event({ description, attachments: [{ fileUrl, title, mimeType }] });
  expect(await calendar.attach({ ...event, file: ours })).toBe('attached');
  expect(await calendar.attach({ ...event, file: ours })).toBe('already');
  expect(await filesOn(event)).toEqual([theirs.fileId, ours.fileId]);
  expect((await eventAt(event)).description).toBe(description);
  expect(await calendar.detach({ ...event, file: ours })).toBe('detached');
  expect(await calendar.detach({ ...event, file: ours })).toBe('absent');
  expect(await filesOn(event)).toEqual([theirs.fileId]);
});

it('a change under an etag that is not the event’s any more is refused', async () => {
  const event = await place.event();
  const { etag } = await eventAt(event);
  const patch = (description: string, headers: Record<string, string> = {}) =>
    askGoogle('Changing an event', () =>
      place.connection.calendar.events.patch(
        { ...event, sendUpdates: 'none', requestBody: { description } },
        { headers },
      ),
    );
  await patch('by somebody else');
  await expect(patch('by us', { 'If-Match': etag! })).rejects.toMatchObject({ type: 'Conflict' });
  expect((await eventAt(event)).description).toBe('by somebody else');
});

it('a list from a token on holds what came since: an event, its change, its end', async () => {
  const { calendarId } = place.asked;
  let { syncToken } = await calendar.changes({ calendarId, ...range() });
  /** Lists lag a little; what others do in this calendar is not ours. */
  const nextOf = (eventId: string) =>
    eventually(
      async () => {
        const {
          events,
          full,
          syncToken: next,
        } = await calendar.changes({ calendarId, syncToken, ...range() });
        expect(full).toBe(false);
        syncToken = next;
        return events.find(({ id }) => id === eventId);
      },
      { seconds, what: 'the event in the list' },
    );
  const event = await place.event();
  const { eventId } = event;
  expect(await nextOf(eventId)).toMatchObject({ status: 'confirmed', name: place.mark });
  await askGoogle('Renaming', () =>
    place.connection.calendar.events.patch({ ...event, requestBody: { summary: `${place.mark} 2` } }),
  );
  expect(await nextOf(eventId)).toMatchObject({ name: `${place.mark} 2` });
  await askGoogle('Deleting', () =>
    place.connection.calendar.events.delete({ ...event, sendUpdates: 'none' }),
  );
  expect(await nextOf(eventId)).toMatchObject({ status: 'cancelled' });
});

it('a token that Google does not know is answered with the whole list', async () => {
  const { calendarId } = place.asked;
  const { eventId } = await place.event();
  const found = await calendar.changes({ calendarId, syncToken: 'CPDAlvWDx70CEPDAlvWDx70CGAU=', ...range() });
  expect(found.full).toBe(true);
  expect(found.events.map(({ id }) => id)).toContain(eventId);
});

it('an event that was deleted takes nothing, and has nothing to give back', async () => {
  const event = await place.event();
  await place.connection.calendar.events.delete({ ...event, sendUpdates: 'none' });
  const file = await uploaded('late.mp4');
  await expect(calendar.attach({ ...event, file })).rejects.toMatchObject({ type: 'GonePermanently' });
  expect(await calendar.detach({ ...event, file })).toBe('absent');
});
