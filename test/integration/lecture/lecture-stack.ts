// A whole lecture stack for one test file: worker, catalog, the stand-in for Google with a shared drive, a room whose recorder left files of ten seconds.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { requestLecture } from '../../../src/client/lecture.ts';
import { lectureDocumentOf } from '../../../src/client/lecture-documents.ts';
import { putRoom } from '../../../src/client/room.ts';
import { lectureWorkflowId } from '../../../src/contract/ids.ts';
import type { LectureDocument, LectureRequest } from '../../../src/contract/lecture.ts';
import type { LectureResult, SourceRole } from '../../../src/contract/lecture-messages.ts';
import { makeClip } from '../../fakes/clips.ts';
import type { ClipSpec } from '../../fakes/clips.ts';
import { prepareWorld } from '../../fakes/google/prepared-world.ts';
import type { PreparedIds } from '../../fakes/google/prepared-world.ts';
import { startGoogle } from '../../fakes/google/server.ts';
import type { GoogleFake } from '../../fakes/google/server.ts';
import { askAs } from '../../google-fake/calls.ts';
import { tempDir } from '../../setup/temp-dir.ts';
import { startPlanStack } from '../plan/plan-stack.ts';
import type { PlanStack, SettingsPatch } from '../plan/plan-stack.ts';

/** Begin of the first file; long over, so nothing is waited for. */
export const firstSlotMs = Date.parse('2026-01-05T10:00:00Z');
export const slotSeconds = 10;

export interface LectureStack extends AsyncDisposable {
  stack: PlanStack;
  google: GoogleFake;
  ids: PreparedIds;
  /** A room with cameras in these roles. */
  addRoom(
    id: string,
    fields?: Readonly<Record<string, unknown>>,
    roles?: readonly SourceRole[],
  ): Promise<void>;
  /** A file of the recorder; `looks` over a clip of its role. */
  record(room: string, role: SourceRole, slot: number, looks?: Partial<ClipSpec>): Promise<string>;
  /** An event in the stand-in's calendar with a link that somebody attached; answers its id. */
  addEvent(body?: object): Promise<string>;
  /** Asks for [fromSeconds, toSeconds) after the first slot's begin. */
  request(room: string, ask?: LectureAsk): Promise<string>;
  end(lectureId: string): Promise<LectureResult>;
  show(lectureId: string): Promise<LectureDocument>;
}

export interface LectureAsk {
  fromSeconds?: number;
  toSeconds?: number;
  event?: LectureRequest['event'];
  spec?: Partial<LectureRequest['spec']>;
}

/** What each role's camera shows: moving pictures for the lecturer, slides for the screen, bars for the board. */
const patterns: Record<SourceRole, Partial<ClipSpec>> = {
  lecturer: { pattern: 'testsrc2', size: '160x120', fps: 25 },
  screen: { pattern: 'testsrc', size: '320x180', fps: 15, audio: false },
  board: { pattern: 'smptebars', size: '160x120', fps: 25, audio: false },
  sound: { pattern: 'color', size: '64x64', fps: 1 },
};

export async function startLectureStack(settings: SettingsPatch = {}): Promise<LectureStack> {
  const [google, dir] = await Promise.all([startGoogle(), tempDir()]);
  const ids = await prepareWorld(google.world, join(dir.path, 'google'));
  google.limits.unitsPerMinute = { drive: 1e9, calendar: 1e9, classroom: 1e9, sheets: 1e9 };
  const stack = await startPlanStack({
    settings: {
      ...settings,
      plan: { heartbeatSeconds: 30, ...settings.plan },
      google: {
        apiUrl: google.url,
        credentialsFile: join(dir.path, 'google', 'service-account.json'),
        subject: ids.subject,
        // The stand-in shares this process: an answer that is late because the machine is busy is no lost one.
        requestSeconds: 30,
        chunkMebibytes: 0.25,
        ...settings.google,
      },
    },
  });
  const files = join(dir.path, 'files');
  const clipOf = clipMaker(join(dir.path, 'clips'));
  const unix = (slot: number): number => firstSlotMs / 1000 + slot * slotSeconds;
  return {
    stack,
    google,
    ids,
    async addRoom(id, fields = {}, roles = ['lecturer', 'screen', 'board']) {
      await putRoom(stack.catalog, {
        ...{ id, slotSeconds, paneWidth: 160, paneHeight: 90, frameRate: 10, folderId: ids.folderId },
        ...fields,
      });
      for (const role of roles) {
        const camera = `${id}-${role}`;
        const archiveUrl = `${pathToFileURL(files).href}/${camera}_{startUnix}.mp4`;
        await stack.addCamera({ id: camera, archiveKind: 'file', archiveUrl });
        await stack.catalog.rooms.addSource(id, { role, camera });
      }
    },
    async record(room, role, slot, looks = {}) {
      await mkdir(files, { recursive: true });
      const path = join(files, `${room}-${role}_${unix(slot)}.mp4`);
      await copyFile(await clipOf({ seconds: slotSeconds, ...patterns[role], ...looks }), path);
      return path;
    },
    async addEvent(body = {}) {
      const ask = askAs(google, google.token(ids.subject));
      const answer = await ask(`/calendar/v3/calendars/${encodeURIComponent(ids.calendarId)}/events`, {
        method: 'POST',
        query: { supportsAttachments: 'true' },
        body: {
          summary: 'Graph theory',
          start: { dateTime: '2026-01-05T10:00:03Z' },
          end: { dateTime: '2026-01-05T10:00:27Z' },
          attachments: [{ fileUrl: 'https://school.test/notes', title: 'Notes' }],
          ...body,
        },
      });
      return String(answer.json['id']);
    },
    async request(room, { fromSeconds = 3, toSeconds = 27, event, spec } = {}) {
      const iso = (seconds: number): string => new Date(firstSlotMs + seconds * 1000).toISOString();
      const { id } = await requestLecture(stack, {
        room,
        hours: { startAt: iso(fromSeconds), endAt: iso(toSeconds) },
        ...(event ? { event } : {}),
        spec: { name: 'Graph theory', ...spec },
      });
      return id;
    },
    end: (lectureId) => stack.client.workflow.getHandle(lectureWorkflowId(lectureId)).result(),
    show: (lectureId) => lectureDocumentOf(stack.catalog, lectureId),
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]();
      await google.close();
      await rm(dir.path, { recursive: true, force: true });
    },
  };
}

/** Clips that look the same are encoded once and copied: encoding costs more than a lecture of them. */
function clipMaker(dir: string): (looks: Omit<ClipSpec, 'dir'>) => Promise<string> {
  const made = new Map<string, Promise<string>>();
  return async (looks) => {
    const key = JSON.stringify(looks);
    const clip = made.get(key) ?? mkdir(dir, { recursive: true }).then(() => makeClip({ dir, ...looks }));
    made.set(key, clip);
    return await clip;
  };
}
