// One lecture of a fault test in a room, an event and a course of its own, where others have attached and posted before.
import { join } from 'node:path';
import { addCamera } from '../../../../src/client/camera.ts';
import { requestLecture } from '../../../../src/client/lecture.ts';
import { putRoom } from '../../../../src/client/room.ts';
import { addTarget } from '../../../../src/client/target.ts';
import { lectureWorkflowId } from '../../../../src/contract/ids.ts';
import type { LectureResult } from '../../../../src/contract/lecture-messages.ts';
import { askAs } from '../../../google-fake/calls.ts';
import {
  contentOf,
  type Published,
  type PublishedWatch,
  readFiles,
  watchFiles,
} from '../../faults/published.ts';
import { pendingOf } from '../../faults/stage.ts';
import type { LectureStage } from './lecture-stage.ts';
import { hours, localDate, roles, slotSeconds } from './recorded-files.ts';

export interface OrderedLecture extends Disposable {
  stage: LectureStage;
  roomId: string;
  folderId: string;
  event: { calendarId: string; eventId: string };
  courseId: string;
  /** What was said at the event and in the course before. */
  before: { event: object; posts: object[] };
  watch: PublishedWatch;
  /** Where steps and requests of this lecture begin in the stage's logs. */
  since: { steps: number; requests: number };
  /** Asks for it, by its event or by its hours alone. */
  request(by?: 'event' | 'hours'): Promise<string>;
  /** Of the run under way; rejects with what the server waits for when it takes far too long. */
  end(): Promise<LectureResult>;
  published(): Published;
}

/** Far more than any run takes on two busy cores. */
const endSeconds = 600;

export async function orderLecture(stage: LectureStage, roomId: string): Promise<OrderedLecture> {
  const { catalog, google, ids } = stage;
  const folder = await google.placeFile({ name: roomId, parentId: ids.driveId });
  await prepareRoom(stage, { roomId, folderId: folder.id });
  const { event, courseId } = await prepareSchool(stage, roomId);
  const lectures = {
    media: join(stage.mediaRoot, 'lectures', roomId),
    export: join(stage.exportDir, roomId),
  };
  const dated = Object.entries(lectures).map(([name, root]) => [
    `${name}/${localDate}`,
    join(root, localDate),
  ]);
  const watch = watchFiles(Object.fromEntries(dated) as Record<string, string>, read);
  let workflowId = '';
  return {
    ...{ stage, roomId, event, courseId, folderId: folder.id, watch },
    before: { event: eventOf(stage, event), posts: postsOf(stage, courseId) },
    since: { steps: stage.steps.steps.length, requests: google.journal.entries.length },
    async request(by = 'event') {
      const { id } = await requestLecture(
        { catalog, client: stage.client },
        {
          ...{ room: roomId, hours, spec: { name: 'Graph theory', courses: [courseId] } },
          ...(by === 'event' ? { event } : {}),
        },
      );
      workflowId = lectureWorkflowId(id);
      return id;
    },
    async end() {
      const result = stage.client.workflow.getHandle(workflowId).result() as Promise<LectureResult>;
      const late = AbortSignal.timeout(endSeconds * 1000);
      const waited = new Promise<never>((_, reject) =>
        late.addEventListener('abort', () => reject(late.reason as Error)),
      );
      return await Promise.race([result, waited]).catch(async (error: unknown) => {
        throw new Error(`${roomId}: ${String(error)}; ${await pendingOf(stage.client)}`);
      });
    },
    published: () => readFiles(lectures, read),
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  };
}

/** Content without what differs between lectures: a document names its lecture, its room and its pieces. */
function read(path: string): unknown {
  const content = contentOf(path);
  if (typeof content !== 'object' || content === null) return content;
  const {
    lecture: _,
    key: __,
    files,
    ...rest
  } = content as { files?: { path: string }[] } & Record<string, unknown>;
  return { ...rest, files: (files ?? []).map((file) => ({ ...file, path: file.path.split('/').at(-1) })) };
}

async function prepareRoom(
  { catalog, exportDir, ids, spec }: LectureStage,
  { roomId, folderId }: { roomId: string; folderId: string },
): Promise<void> {
  await addTarget(catalog, { name: 'out', spec: { kind: 'local', path: exportDir } });
  await putRoom(catalog, {
    ...{ id: roomId, folderId, calendarId: ids.calendarId, intake: false, exports: ['out'] },
    ...{ slotSeconds, paneWidth: 160, paneHeight: 120, frameRate: 10 },
  });
  for (const role of roles) {
    const camera = `${roomId}-${role}`;
    const archiveUrl = spec.files.archiveUrl(role);
    await addCamera(catalog, { fields: { id: camera, archiveKind: 'file', archiveUrl } });
    await catalog.rooms.addSource(roomId, { role, camera });
  }
}

async function prepareSchool(
  { google, ids }: LectureStage,
  name: string,
): Promise<Pick<OrderedLecture, 'event' | 'courseId'>> {
  const ask = askAs(google, google.token(ids.subject));
  const { calendarId } = ids;
  const made = await ask(`/calendar/v3/calendars/${encodeURIComponent(calendarId)}/events`, {
    method: 'POST',
    query: { supportsAttachments: 'true' },
    body: {
      ...{
        summary: name,
        description: 'Bring <b>paper</b>',
        attachments: [{ fileUrl: 'https://school.test/notes', title: 'Notes' }],
      },
      start: { dateTime: hours.startAt },
      end: { dateTime: hours.endAt },
    },
  });
  const course = google.classroom.addCourse({ name, owner: ids.subject });
  const body = { text: 'Welcome', state: 'PUBLISHED' };
  await ask(`/v1/courses/${course.id}/announcements`, { method: 'POST', body });
  return { event: { calendarId, eventId: String(made.json['id']) }, courseId: course.id };
}

export const eventOf = ({ google }: LectureStage, { calendarId, eventId }: OrderedLecture['event']) =>
  google.events(calendarId).find(({ id }) => id === eventId) ?? {};

export const postsOf = ({ google }: LectureStage, courseId: string) =>
  google.posts().filter((post) => post.courseId === courseId);
