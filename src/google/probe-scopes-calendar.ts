// Whether a calendar can be read and its events written: an event of long ago gets an attachment and is deleted again.
import { isFault } from '../domain/fault.ts';
import { askGoogle } from './google-fault.ts';
import { probeName, type ProbeFile } from './probe-scopes-drive.ts';
import { failed, passed, type ProbeRow, type ProbeWorld } from './probe-scopes-row.ts';

/** Without a calendar: whether the API and the scope are there. */
export async function probeCalendarApi(world: ProbeWorld): Promise<ProbeRow> {
  const name = 'Calendar';
  try {
    await askGoogle('Reading our own calendar', () =>
      world.google.calendar.events.list({ calendarId: 'primary', maxResults: 1 }),
    );
  } catch (error) {
    // An account without a calendar of its own is allowed to have none.
    if (!isFault(error, 'GonePermanently')) return failed({ world, name, api: 'calendar' }, error);
  }
  return passed(name, 'Calendar answers; --calendar ID proves a room’s.');
}

/** One that nobody looks at any more. */
const longAgo = { start: { dateTime: '2001-01-01T10:00:00Z' }, end: { dateTime: '2001-01-01T10:30:00Z' } };

export async function probeCalendar(
  world: ProbeWorld,
  { calendarId, file }: { calendarId: string; file: ProbeFile | undefined },
): Promise<ProbeRow[]> {
  const share = `Share the calendar with ${world.account}: “Make changes to events”.`;
  const remedies = { notFound: share, forbidden: share };
  const read = { world, name: 'Calendar', api: 'calendar', remedies } as const;
  const { events } = world.google.calendar;
  try {
    await askGoogle(`Reading the calendar ${calendarId}`, () => events.list({ calendarId, maxResults: 1 }));
  } catch (error) {
    return [failed(read, error)];
  }
  const rows = [passed('Calendar', `${calendarId} is read.`)];
  try {
    rows.push(await writeEvent(world, { calendarId, file }));
  } catch (error) {
    rows.push(failed({ ...read, name: 'Calendar event' }, error));
  }
  return rows;
}

async function writeEvent(
  { google }: ProbeWorld,
  { calendarId, file }: { calendarId: string; file: ProbeFile | undefined },
): Promise<ProbeRow> {
  const name = 'Calendar event';
  const { events } = google.calendar;
  const attachments = file ? [{ fileUrl: file.url, title: probeName }] : [];
  const made = await askGoogle(`Writing an event to ${calendarId}`, () =>
    events.insert({
      ...{ calendarId, sendUpdates: 'none', supportsAttachments: true },
      requestBody: { ...longAgo, summary: probeName, transparency: 'transparent', attachments },
    }),
  );
  const eventId = made.data.id ?? '';
  await askGoogle(`Deleting the event ${eventId}`, () =>
    events.delete({ calendarId, eventId, sendUpdates: 'none' }),
  );
  if (!file) return passed(name, 'An event was made and deleted again; --folder ID proves attachments too.');
  if (made.data.attachments?.length === 1)
    return passed(name, 'An event with an attachment was made and deleted again.');
  return {
    ...{ name, result: 'fail', finding: 'The event was made and deleted, but its attachment was dropped.' },
    remedy: 'Let the owner of the calendar see the folder in Drive, then ask again.',
  };
}
