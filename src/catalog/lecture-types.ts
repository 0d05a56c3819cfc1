// Rooms, lectures and what was published of them, as the rest of Longtake sees them in the catalog.
import type { LectureEvent, LectureSpec } from '../contract/lecture.ts';
import type { LectureFile, PublicationKind, PublicationState } from '../contract/lecture-messages.ts';
import type { LectureState } from '../domain/lecture-states.ts';
import type { RoomSource, RoomSpec } from '../contract/room.ts';
import type { SlotChoice, SlotFacts } from '../domain/pane-choice.ts';

export interface RoomRow {
  id: string;
  spec: RoomSpec;
  /** In order of preference inside a role. A camera that is removed is no source any more. */
  sources: RoomSource[];
  /** Grows with every change. */
  revision: number;
  updatedMs: number;
}

export interface Rooms {
  /** Adds, or replaces the spec; sources stay. The same again: no change. */
  put(spec: RoomSpec): Promise<RoomRow>;
  get(id: string): Promise<RoomRow | undefined>;
  /** @throws Fault NotFound that names `longtake room list` */
  require(id: string): Promise<RoomRow>;
  list(): Promise<RoomRow[]>;
  /** False when it is not there. Lectures stay. */
  remove(id: string): Promise<boolean>;
  /** Adds at the end of the role; again: no change. @throws Fault NotFound for an unknown room or camera */
  addSource(room: string, source: RoomSource): Promise<RoomRow>;
  removeSource(room: string, source: RoomSource): Promise<boolean>;
}

/** What a lecture came to; every field is replaced as it is given. */
export interface LectureOutcome {
  host?: string;
  missingSeconds?: number;
  slots?: (SlotChoice &
    Pick<SlotFacts, 'screenBlankShare' | 'noSignalDistance'> & { startMs: number; endMs: number })[];
  files?: LectureFile[];
}

export interface LectureRow {
  id: string;
  roomId: string;
  startMs: number;
  endMs: number;
  event?: LectureEvent;
  spec: LectureSpec;
  state: LectureState;
  reason?: string;
  outcome: LectureOutcome;
  /** Grows with every change of times or spec. */
  revision: number;
  createdMs: number;
  updatedMs: number;
}

export interface NewLecture {
  /** Used when none is there yet. */
  id: string;
  roomId: string;
  startMs: number;
  endMs: number;
  event?: LectureEvent;
  spec: LectureSpec;
}

export interface LectureFilter {
  roomId?: string | undefined;
  state?: LectureState | undefined;
  /** Begin in [fromMs, toMs). */
  fromMs?: number | undefined;
  toMs?: number | undefined;
  limit?: number | undefined;
}

export interface Lectures {
  /**
   * Adds, or answers the one that has this event, or else this room, start and end and is not cancelled; decided by the database, so that
   * of any number of requests at once one adds. A cancelled lecture does not stand in the way. One that has no event takes over the one
   * that is asked for (`tookEvent`); one that has another keeps it, and it is the caller who sees that they differ.
   */
  add(lecture: NewLecture): Promise<{ row: LectureRow; joined: boolean; tookEvent: boolean }>;
  get(id: string): Promise<LectureRow | undefined>;
  /** @throws Fault NotFound that names `longtake lecture list` */
  require(id: string): Promise<LectureRow>;
  /** The one that is not cancelled; else the last that was. */
  findByEvent(event: LectureEvent): Promise<LectureRow | undefined>;
  /** Newest start first. */
  list(filter: LectureFilter): Promise<LectureRow[]>;
  /**
   * Times and spec; the revision grows, unless nothing differs.
   * @throws Fault InputInvalid when another lecture has these times in the room, or the end would not lie after the start; NotFound
   */
  change(
    id: string,
    change: { startMs?: number | undefined; endMs?: number | undefined; spec?: LectureSpec | undefined },
  ): Promise<LectureRow>;
  /**
   * A reason that is absent is cleared; of the outcome only what is given changes.
   * @throws Fault InputInvalid when a cancelled lecture would come back into the place of another; NotFound
   */
  record(
    id: string,
    result: { state?: LectureState; reason?: string | undefined; outcome?: LectureOutcome },
  ): Promise<void>;
}

export interface PublicationRow {
  lectureId: string;
  kind: PublicationKind;
  /** drive: role of the file; export: name of the target; calendar: `calendarId/eventId`; announcement, material: the course's code. */
  target: string;
  state: PublicationState;
  /** The id at the other side, reserved before anything is made there where that is possible. */
  externalId?: string;
  url?: string;
  reason?: string;
  /** export: paths below the target of what is or may be there of this lecture. */
  files?: string[];
  updatedMs: number;
}

export interface Publications {
  /** Adds as `pending` with this id, or answers what stands there: whoever comes second gets the first one’s id, if there was one. */
  reserve(row: Pick<PublicationRow, 'lectureId' | 'kind' | 'target' | 'externalId'>): Promise<PublicationRow>;
  /** Adds or changes. An id, address or list of files that is absent stays; a reason that is absent is cleared. */
  record(
    row: Pick<PublicationRow, 'lectureId' | 'kind' | 'target' | 'state'> &
      Partial<Pick<PublicationRow, 'externalId' | 'url' | 'reason' | 'files'>>,
  ): Promise<void>;
  get(row: Pick<PublicationRow, 'lectureId' | 'kind' | 'target'>): Promise<PublicationRow | undefined>;
  listOf(lectureId: string): Promise<PublicationRow[]>;
}

export interface DriveFolders {
  get(folder: { parentId: string; name: string }): Promise<string | undefined>;
  /** The id that won: of any number of callers with ids of their own, all get the same. */
  reserve(folder: { parentId: string; name: string; folderId: string }): Promise<string>;
  /** After the folder turned out to be gone. */
  forget(folder: { parentId: string; name: string; folderId: string }): Promise<void>;
}

export interface UploadSessionRow {
  /** A capability: sealed in the database, never shown. */
  sessionUrl: string;
  sizeBytes: number;
  sha256: string;
}

/** Resumable uploads by Drive file id. */
export interface UploadSessions {
  get(fileId: string): Promise<UploadSessionRow | undefined>;
  put(fileId: string, session: UploadSessionRow): Promise<void>;
  remove(fileId: string): Promise<void>;
}

export interface NoSignalRow {
  id: string;
  /** Absent: serves every room. */
  roomId?: string;
  /** 64×36 RGB, 6,912 bytes. */
  pixels: Uint8Array;
  createdMs: number;
}

export interface NoSignalPictures {
  put(row: Omit<NoSignalRow, 'createdMs'>): Promise<void>;
  /** The room's own and those that serve every room. */
  listFor(roomId: string): Promise<NoSignalRow[]>;
  list(): Promise<NoSignalRow[]>;
  remove(id: string): Promise<boolean>;
}

export interface CourseCodes {
  put(code: string, courseId: string): Promise<void>;
  get(code: string): Promise<string | undefined>;
  list(): Promise<{ code: string; courseId: string }[]>;
  remove(code: string): Promise<boolean>;
}

export interface CalendarCursorRow {
  roomId: string;
  /** The calendar or feed that the token belongs to; another one starts afresh. */
  source: string;
  syncToken?: string;
  fullSyncedMs?: number;
}

export interface CalendarCursors {
  get(roomId: string): Promise<CalendarCursorRow | undefined>;
  put(row: CalendarCursorRow): Promise<void>;
}

export type WebhookKind = 'zulip' | 'slack' | 'generic' | 'archive';

export interface WebhookRow {
  name: string;
  kind: WebhookKind;
  /** Sealed in the database: it often is the secret itself. */
  url: string;
  /** `user:key` of Zulip or the value of the generic `Authorization` or `key` header; sealed. */
  secret?: string;
  /** Rooms it is about; empty: all. */
  rooms: string[];
  /** `ready`, `waiting`, `failed`. */
  events: string[];
  /** Over the built-in text, with {placeholders}. */
  template?: string;
  /** Zulip: stream and topic. */
  to?: string;
  updatedMs: number;
}

export interface Webhooks {
  put(row: Omit<WebhookRow, 'updatedMs'>): Promise<void>;
  list(): Promise<WebhookRow[]>;
  get(name: string): Promise<WebhookRow | undefined>;
  remove(name: string): Promise<boolean>;
}

/** The part of the catalog that lectures need. */
export interface LectureCatalog {
  rooms: Rooms;
  lectures: Lectures;
  publications: Publications;
  driveFolders: DriveFolders;
  uploadSessions: UploadSessions;
  noSignalPictures: NoSignalPictures;
  courseCodes: CourseCodes;
  calendarCursors: CalendarCursors;
  webhooks: Webhooks;
}
