// Rooms with calendar files, a catalog, and a teller that writes down what workflows would be told.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { followEvents } from '../../../src/activities/lecture/follow-events.ts';
import type {
  FollowOutcome,
  FollowRequest,
  IntakeDeps,
  LectureTeller,
} from '../../../src/activities/lecture/intake-types.ts';
import type { CalendarFeed } from '../../../src/calendar-feed/calendar-feed.ts';
import { parseFeed } from '../../../src/calendar-feed/parse-feed.ts';
import { readFeedText } from '../../../src/calendar-feed/read-text.ts';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { connectCatalog } from '../../../src/catalog/connect.ts';
import type { LectureRow } from '../../../src/catalog/lecture-types.ts';
import { roomFields, type RoomRequest } from '../../../src/contract/room.ts';
import { Fault } from '../../../src/domain/fault.ts';
import { calendar, event } from '../../calendar-feed/feed-text.ts';
import { tempDir } from '../../setup/temp-dir.ts';
import { inActivity } from '../in-activity.ts';

export interface IntakeStage extends AsyncDisposable {
  catalog: Catalog;
  /** Its catalog and feed may be replaced until the next room. */
  deps: IntakeDeps;
  roomId: string;
  /** The calendar's file. */
  feed: string;
  /** `start <name>`, `changed <name>`, `cancel <name> undo=<…>` in their order. */
  told: string[];
  /** Another room with a calendar of its own; a catalog costs more than a test. */
  nextRoom(): Promise<void>;
  putRoom(changes?: Partial<RoomRequest>): Promise<void>;
  /** Writes the calendar. */
  says(...events: readonly string[][]): Promise<void>;
  look(request?: Partial<FollowRequest>): Promise<FollowOutcome>;
  lectures(): Promise<LectureRow[]>;
  lecture(name: string): Promise<LectureRow>;
}

const hourMs = 3_600_000;

/** Whole seconds: calendars know no less. */
export const hoursFromNow = (hours: number): number =>
  Math.round((Date.now() + hours * hourMs) / 1000) * 1000;

const icsTime = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');

/** An event of 90 minutes. */
export const lectureEvent = (
  uid: string,
  { startMs, lines = [] }: { startMs: number; lines?: string[] },
): string[] =>
  event(
    uid,
    `DTSTART:${icsTime(startMs)}`,
    'DURATION:PT90M',
    ...(lines.length > 0 ? lines : [`SUMMARY:${uid}`]),
  );

/** As the real one, in this thread: that one has tests of its own, and starting a thread takes longer than a test. */
const calendarFeed: CalendarFeed = {
  async read({ address, unless, signal, ...range }) {
    const fetchText = () => Promise.reject(new Error('not asked'));
    const text = await readFeedText({ address, fetchText, maxBytes: 1 << 20, signal });
    if (text === unless) return undefined;
    try {
      return { ...parseFeed({ ...range, text }), digest: text };
    } catch {
      throw new Fault('InputInvalid', 'The calendar feed cannot be read.');
    }
  },
};

export async function openIntakeStage(): Promise<IntakeStage> {
  const dir = await tempDir();
  const catalog = await connectCatalog({
    ...{ kind: 'sqlite', file: join(dir.path, 'catalog.sqlite'), keyFile: join(dir.path, 'key') },
  });
  const told: string[] = [];
  let rooms = 0;
  const tellLectures: LectureTeller = {
    start: async ({ name }) => void told.push(`start ${name}`),
    changed: async ({ name }) => void told.push(`changed ${name}`),
    event: async ({ name }) => void told.push(`event ${name}`),
    cancel: async ({ name }, { undo }) => {
      told.push(`cancel ${name} undo=${undo}`);
      return true;
    },
  };
  const stage: IntakeStage = {
    ...{ catalog, told, roomId: '', feed: '' },
    deps: { catalog, calendarFeed, tellLectures },
    async nextRoom() {
      rooms += 1;
      told.length = 0;
      Object.assign(stage, { roomId: `A10${rooms}`, feed: join(dir.path, `${rooms}.ics`) });
      stage.deps = { catalog, calendarFeed, tellLectures };
      await stage.putRoom();
    },
    async putRoom(changes = {}) {
      const { roomId: id, feed: calendarFeed } = stage;
      const spec = { id, name: 'Room 101', timeZone: 'Europe/Moscow', calendarFeed, ...changes };
      await catalog.rooms.put(roomFields.parse(spec));
    },
    says: (...events) => writeFile(stage.feed, calendar(...events)),
    look: (request = {}) =>
      inActivity(() => followEvents(stage.deps, { roomId: stage.roomId, pollSeconds: 60, ...request })).ended,
    lectures: () => catalog.lectures.list({ roomId: stage.roomId }),
    async lecture(name) {
      const found = (await stage.lectures()).filter(
        ({ spec, state }) => spec.name === name && state !== 'cancelled',
      );
      if (found.length !== 1) throw new Error(`${found.length} lectures are named ${name}`);
      return found[0]!;
    },
    async [Symbol.asyncDispose]() {
      await catalog.close();
      await dir.remove();
    },
  };
  await stage.nextRoom();
  return stage;
}
