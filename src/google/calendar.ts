// Google's calendars, as much of them as lectures need: a file among an event's attachments, and what has changed since last time.
import { setTimeout as pause } from 'node:timers/promises';
import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/v3.js';
import {
  mostAttachments,
  withAttachment,
  withoutAttachment,
  type AttachedFile,
  type EventAttachment,
} from '../domain/attachments.ts';
import { Fault, isFault } from '../domain/fault.ts';
import { listChanges, type CalendarAsk, type CalendarChanges } from './calendar-changes.ts';
import { askGoogle } from './google-fault.ts';
import type { GoogleConnection } from './google-types.ts';

export interface EventPlace {
  calendarId: string;
  eventId: string;
}

/** Every method throws the faults of `askGoogle`. */
export interface GoogleCalendar {
  /**
   * Puts the file among the attachments of the event, under its etag; what others attached stays. Nobody is written to.
   * @throws Fault GonePermanently when the event is gone, cancelled or full; Conflict when others go on changing it
   */
  attach(
    ask: EventPlace & { file: AttachedFile & { title: string; mimeType: string } },
  ): Promise<'attached' | 'already'>;
  /** Takes the file back; an event that is gone holds it no more. */
  detach(ask: EventPlace & { file: AttachedFile }): Promise<'detached' | 'absent'>;
  changes(ask: CalendarAsk): Promise<CalendarChanges>;
}

/** As often as another writer may come between our reading and writing. */
const tries = 6;
/** Longest wait before the second try; it grows with each. */
const pauseMs = 200;

export function createCalendar(connection: GoogleConnection): GoogleCalendar {
  return {
    changes: (ask) => listChanges(connection, ask),
    attach: ({ file, ...place }) =>
      rewrite({ connection, place }, (event) => {
        if (event.status === 'cancelled')
          throw new Fault(
            'GonePermanently',
            `The ${nameOf(place)} was cancelled: nothing is attached to it.`,
          );
        const merged = withAttachment(event.attachments, file);
        if (merged.kind === 'full')
          throw new Fault(
            'GonePermanently',
            `The ${nameOf(place)} has ${merged.count} attachments, and Google keeps ${mostAttachments}: “${file.title}” finds no room. Remove one of them.`,
          );
        return merged.kind === 'already'
          ? { done: 'already' }
          : { put: merged.attachments, done: 'attached' };
      }),
    async detach({ file, ...place }) {
      try {
        return await rewrite({ connection, place }, (event) => {
          const left = withoutAttachment(event.attachments, file);
          if (event.status === 'cancelled' || left.kind === 'absent') return { done: 'absent' };
          return { put: left.attachments, done: 'detached' };
        });
      } catch (error) {
        if (isFault(error, 'GonePermanently')) return 'absent';
        throw error;
      }
    },
  };
}

const nameOf = ({ eventId, calendarId }: EventPlace): string => `event ${eventId} of calendar ${calendarId}`;

interface SeenEvent {
  etag: string;
  status: string;
  attachments: EventAttachment[];
}

/** Reads the event, and writes what `decide` makes of it while nobody has changed it in between; else once more. */
async function rewrite<T extends string>(
  { connection, place }: { connection: GoogleConnection; place: EventPlace },
  decide: (event: SeenEvent) => { put?: EventAttachment[]; done: T },
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const event = await readEvent(connection, place);
    const { put, done } = decide(event);
    if (put === undefined) return done;
    try {
      await writeAttachments({ connection, place, etag: event.etag, attachments: put });
      return done;
    } catch (error) {
      if (!isFault(error, 'Conflict') || attempt === tries) throw error;
    }
    // Writers that met once must not meet again in step.
    await pause(Math.random() * pauseMs * attempt);
  }
}

async function readEvent({ calendar }: GoogleConnection, place: EventPlace): Promise<SeenEvent> {
  const what = `Reading the ${nameOf(place)}`;
  const fields = 'etag,status,attachments';
  const { data } = await askGoogle(what, () => calendar.events.get({ ...place, fields }));
  const { etag, status, attachments } = data;
  // Without it, writing would take away what others have attached meanwhile.
  if (!etag) throw new Fault('GoogleTransient', `${what}: the answer is incomplete.`);
  return { etag, status: status ?? '', attachments: attachments ?? [] };
}

async function writeAttachments({
  connection,
  place,
  etag,
  attachments,
}: {
  connection: GoogleConnection;
  place: EventPlace;
  etag: string;
  attachments: EventAttachment[];
}): Promise<void> {
  const requestBody: calendar_v3.Schema$Event = { attachments };
  try {
    await askGoogle(`Changing the attachments of the ${nameOf(place)}`, () =>
      connection.calendar.events.patch(
        // Without supportsAttachments Google takes no notice of them.
        { ...place, supportsAttachments: true, sendUpdates: 'none', fields: 'id', requestBody },
        { headers: { 'If-Match': etag } },
      ),
    );
  } catch (error) {
    if (!isFault(error) || error.details['reason'] !== 'forbiddenForNonOrganizer') throw error;
    const remedy =
      'Let the organizer allow guests to modify the event, or plan it in the room’s own calendar.';
    throw new Fault(error.type, `${error.message} ${remedy}`, error.details, { cause: error });
  }
}
