// From records of an old NVR to lectures, with what became of them.
import { createHash } from 'node:crypto';
import type { NewLecture } from '../catalog/lecture-types.ts';
import { lectureSpec, type LectureSpec } from '../contract/lecture.ts';
import type { LectureState } from '../domain/lecture-states.ts';
import type { RoomSpec } from '../contract/room.ts';
import { isFault } from '../domain/fault.ts';
import type { NvrRecord, SkippedRow } from '../nvr-tables/nvr-rows.ts';
import { hoursToRange } from './lecture-hours.ts';

export interface PlannedLecture {
  lecture: NewLecture;
  state: LectureState;
  reason?: string;
  /** What NVR had uploaded. */
  video?: { url: string; fileId?: string };
  recordId: string;
}

interface Request {
  records: readonly NvrRecord[];
  /** By NVR’s id. */
  rooms: ReadonlyMap<string, RoomSpec>;
  skip: (row: SkippedRow) => void;
}

/** Finished ones first: of two records for one lecture the one that came to something stays. */
export function planNvrLectures({ records, rooms, skip }: Request): PlannedLecture[] {
  const planned: PlannedLecture[] = [];
  for (const record of records) {
    const note = (reason: string): void => skip({ table: 'records', id: record.id, reason });
    const room = rooms.get(record.room_id);
    if (!room) {
      note(`there is no room with id ${record.room_id}.`);
      continue;
    }
    try {
      planned.push(plannedOf({ record, room, note }));
    } catch (error) {
      if (!isFault(error)) throw error;
      note(error.message);
    }
  }
  const rank: readonly LectureState[] = ['complete', 'failed', 'pending'];
  return planned.toSorted((a, b) => rank.indexOf(a.state) - rank.indexOf(b.state));
}

interface One {
  record: NvrRecord;
  room: RoomSpec;
  note: (reason: string) => void;
}

function plannedOf({ record, room, note }: One): PlannedLecture {
  const { date, start_time: start, end_time: end } = record;
  const range = hoursToRange({ date, start: clockOf(start), end: clockOf(end) }, room.timeZone);
  const { calendarId } = room;
  const event =
    calendarId !== undefined && record.event_id !== undefined
      ? { calendarId, eventId: record.event_id }
      : undefined;
  const video = record.drive_file_url === undefined ? undefined : videoOf(record.drive_file_url);
  if (record.drive_file_url !== undefined && !video)
    note('drive_file_url is left out: it is no https address.');
  return {
    lecture: {
      id: idOf({ record, room }),
      roomId: room.id,
      ...range,
      ...(event && { event }),
      spec: specOf({ record, room, note }),
    },
    ...outcomeOf(record),
    ...(video && { video }),
    recordId: record.id,
  };
}

/** NVR wrote `done` over a record that had failed twice, too. */
function outcomeOf({ done, error }: NvrRecord): { state: LectureState; reason?: string } {
  if (error) return { state: 'failed', reason: 'NVR could not make it.' };
  return { state: done ? 'complete' : 'pending' };
}

/** The same for the same record, so that a second import finds it even when its times were changed here. */
function idOf({ record, room }: Omit<One, 'note'>): string {
  const { id, date, start_time, end_time } = record;
  const hash = createHash('sha256').update(JSON.stringify([room.id, id, date, start_time, end_time]));
  return `l-${date.replaceAll('-', '')}-${hash.digest('hex').slice(0, 10)}`;
}

/** `9:00` is a way of NVR’s to write 09:00. */
const clockOf = (clock: string): string => clock.replace(/^(\d):/, '0$1:').replace(/\.\d+$/, '');

function specOf({ record, room, note }: One): LectureSpec {
  const mails = lectureSpec.shape.users.unwrap();
  const users = [...new Set(record.users)].filter((user) => mails.element.safeParse(user).success);
  if (users.length < new Set(record.users).size) note('users: what is no mail address is left out.');
  const written = (record.event_name ?? '').toWellFormed().replace(/[\p{Cc}\s]+/gu, ' ');
  return lectureSpec.parse({
    name:
      written.trim().slice(0, 1000).toWellFormed().trim() ||
      `${room.name ?? room.id} ${record.date} ${record.start_time}`,
    users: users.slice(0, 50),
    source: record.event_id === undefined ? 'api' : 'calendar',
  });
}

function videoOf(url: string): PlannedLecture['video'] {
  if (!/^https:\/\/[^\s@]{1,2000}$/.test(url) || !URL.canParse(url)) return undefined;
  const fileId = /\/d\/([A-Za-z0-9_-]{10,})/.exec(url)?.[1] ?? /[?&]id=([A-Za-z0-9_-]{10,})/.exec(url)?.[1];
  return { url, ...(fileId !== undefined && { fileId }) };
}
