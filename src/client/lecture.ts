// What a caller can do to have a lecture: ask for it. Running ones are spoken to in lecture-control.ts.
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { LectureCatalog, LectureRow, RoomRow } from '../catalog/lecture-types.ts';
import { lectureWorkflowId } from '../contract/ids.ts';
import { lectureChanged } from '../contract/lecture-messages.ts';
import { type LectureEvent, lectureRequest, type LectureRequest } from '../contract/lecture.ts';
import { isLectureOver } from '../domain/lecture-states.ts';
import { lectureStart, type LectureStart } from '../contract/lecture-start.ts';
import { localParts } from '../domain/calendar.ts';
import { Fault } from '../domain/fault.ts';
import { isoFromMs, type InstantRange, type MsRange, toMsRange } from '../domain/range.ts';
import { datedId } from './dated-id.ts';
import { hoursToRange, type LocalHours } from './lecture-hours.ts';

export type LectureRooms = Pick<LectureCatalog, 'rooms' | 'lectures'>;

export interface LectureAsk extends Pick<LectureRequest, 'room' | 'event' | 'spec'> {
  /** Local in the room's zone, or instants. */
  hours: LocalHours | InstantRange;
}

export interface LectureAdded {
  id: string;
  workflowId: string;
  /** There was one with this room, start and end, or this event. */
  joined: boolean;
  /** The one that was there had no event, and has this one now. */
  tookEvent?: true;
}

/**
 * Adds a lecture and starts its workflow, or joins the one that is there, of any number of callers at once; one that has ended stays as it
 * is, but for an event that it is given: its video is attached there. Throws Fault NotFound; InputInvalid, also when the one that is there
 * belongs to another event.
 */
export async function requestLecture(
  { catalog, client }: { catalog: LectureRooms; client: Client },
  ask: LectureAsk,
): Promise<LectureAdded> {
  const room = await catalog.rooms.require(ask.room);
  requirePictures(room);
  const range = 'date' in ask.hours ? hoursToRange(ask.hours, room.spec.timeZone) : toMsRange(ask.hours);
  const { event, spec } = parsed({ room: room.id, range, ask });
  const { row, joined, tookEvent } = await catalog.lectures.add({
    id: await freeId(catalog, { startMs: range.startMs, timeZone: room.spec.timeZone }),
    roomId: room.id,
    ...range,
    ...(event ? { event } : {}),
    spec,
  });
  if (event) requireSameEvent(row, event);
  const start = startOf(row, room.spec.timeZone);
  if (tookEvent) await tellEvent(client, row, start);
  else if (!isLectureOver(row.state)) await startRequested(client, start);
  return { id: row.id, workflowId: lectureWorkflowId(row.id), joined, ...(tookEvent ? { tookEvent } : {}) };
}

/** One video hangs on one event: which of two is meant only a person knows. */
function requireSameEvent({ id, roomId, event: own }: LectureRow, asked: LectureEvent): void {
  if (!own || (own.calendarId === asked.calendarId && own.eventId === asked.eventId)) return;
  const [has, wants] = [own, asked].map(({ calendarId, eventId }) => `${calendarId}/${eventId}`);
  throw new Fault(
    'InputInvalid',
    `Lecture ${id} has these hours in room ${roomId} and belongs to the event ${has}; the request names the event ${wants}.`,
    {
      remedy: `Ask without --event to join it, or end it first: longtake lecture cancel ${id}`,
    },
  );
}

function requirePictures({ id, sources }: RoomRow): void {
  if (sources.some(({ role }) => role !== 'sound')) return;
  throw new Fault('InputInvalid', `Room ${id} has no source of pictures.`, {
    remedy: `Name its cameras: longtake room source add ${JSON.stringify(id)} --role lecturer …`,
  });
}

function parsed({ room, range, ask }: { room: string; range: MsRange; ask: LectureAsk }) {
  if (!Number.isFinite(range.startMs) || !Number.isFinite(range.endMs))
    throw new Fault('InputInvalid', 'Start and end of a lecture are instants in ISO 8601 with offset.');
  const result = lectureRequest.safeParse({
    room,
    startAt: isoFromMs(range.startMs),
    endAt: isoFromMs(range.endMs),
    ...(ask.event ? { event: ask.event } : {}),
    spec: ask.spec,
  });
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => {
    const field = path.filter((part) => part !== 'spec').join('.');
    return `${field === '' ? 'The hours of a lecture' : field}: ${message}.`;
  });
  throw new Fault('InputInvalid', problems.join('\n'), {
    remedy: 'Correct the named fields and ask again.',
  });
}

async function freeId(
  { lectures }: Pick<LectureCatalog, 'lectures'>,
  { startMs, timeZone }: { startMs: number; timeZone: string },
): Promise<string> {
  for (;;) {
    const id = datedId({ kind: 'l', date: localParts(startMs, timeZone).date });
    if (!(await lectures.get(id))) return id;
  }
}

/** What a start of this lecture's workflow says. */
export const startOf = (row: LectureRow, timeZone: string): LectureStart => ({
  lectureId: row.id,
  roomId: row.roomId,
  name: row.spec.name,
  startMs: row.startMs,
  endMs: row.endMs,
  timeZone,
});

/** Starts it or joins the run there is; one that came to its end between the look at the row and now is left alone. */
async function startRequested(client: Client, start: LectureStart): Promise<void> {
  try {
    await client.workflow.start('lecture', {
      ...lectureStart(start),
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** A run reads the row again; a lecture that is published has its video attached, and one that failed gets the event with its next try. */
async function tellEvent(client: Client, { state }: LectureRow, start: LectureStart): Promise<void> {
  if (state === 'failed') return;
  for (;;) {
    try {
      await client.workflow.getHandle(lectureWorkflowId(start.lectureId)).signal(lectureChanged);
      return;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
    try {
      await client.workflow.start('lecture', lectureStart({ ...start, attachOnly: true }));
      return;
    } catch (error) {
      // Begun by somebody else between the two: that run is told.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }
}
