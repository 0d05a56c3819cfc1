// Activities of a lecture without media and without Google: a row in memory, slots that show what a test says. For workflow tests on a real server.
import type {
  JudgedSlot,
  LectureActivities,
  LectureHostActivities,
  LectureMediaActivities,
  LectureNews,
  LectureRecord,
  LectureSlot,
  LectureTransferActivities,
  OpenedLecture,
  OutsideActivities,
  Published,
} from '../../src/activities/lecture/types.ts';
import type { DownloadActivities, PlanActivities } from '../../src/activities/plan/types.ts';
import type { LectureFile } from '../../src/contract/lecture-messages.ts';
import { isoFromMs } from '../../src/domain/range.ts';

export type FakeFileActivities = Pick<DownloadActivities, 'downloadSegment'> &
  LectureHostActivities &
  LectureMediaActivities &
  LectureTransferActivities;
export type FakeLightActivities = LectureActivities & OutsideActivities & Pick<PlanActivities, 'checkHost'>;

export interface FakeLecture {
  /** What the row says, over a lecture of three slots that is long over. A test may change it while the lecture runs. */
  opened?: Partial<OpenedLecture>;
  /** What a slot shows when it is looked at for the nth time, over lecturer and screen whole. */
  judge?: (index: number, look: number) => Partial<JudgedSlot>;
  claimHost?: () => string;
  isHostAlive?: (host: string) => boolean;
  patienceSeconds?: number;
  /** In the place of single activities. */
  light?: (state: FakeLectureState) => Partial<FakeLightActivities>;
  files?: (state: FakeLectureState, host: string) => Partial<FakeFileActivities>;
}

export interface FakeLectureState {
  opened: OpenedLecture;
  /** In order: `judge 0`, `compose 0 screen`, `upload main`. */
  calls: string[];
  records: LectureRecord[];
  news: LectureNews[];
}

const slotSeconds = 10;
const startMs = Date.parse('2026-01-05T10:00:00Z');

export const fakeSlots = (count: number): LectureSlot[] =>
  Array.from({ length: count }, (_, index) => {
    const fromMs = startMs + index * slotSeconds * 1000;
    const range = { fromAt: isoFromMs(fromMs), toAt: isoFromMs(fromMs + slotSeconds * 1000) };
    return { index, startUnix: fromMs / 1000, seconds: slotSeconds, ...range };
  });

function openedOf({ opened, patienceSeconds = 20 }: FakeLecture): OpenedLecture {
  return {
    revision: 1,
    state: 'pending',
    roomId: 'A101',
    title: 'Graph theory, 2026-01-05 10:00–10:30',
    slots: fakeSlots(3),
    readyAt: isoFromMs(startMs + 60_000),
    secondTryAt: isoFromMs(startMs + 120_000),
    waitForMissingSeconds: 1,
    cameras: { lecturer: ['l'], screen: ['s'], board: [], sound: [] },
    right: 'auto',
    overrides: [],
    publish: {
      ...{ drive: true, exports: [], calendar: true },
      classroom: 'announcement',
      courses: ['MATH'],
    },
    slotsInFlight: 1,
    segmentsInFlight: 4,
    timing: { settleSeconds: 0, giveUpSeconds: 20, patienceSeconds, heartbeatSeconds: 20 },
    ...opened,
  };
}

export function fakeLectureActivities(lecture: FakeLecture, hosts: readonly string[]) {
  const state: FakeLectureState = { opened: openedOf(lecture), calls: [], records: [], news: [] };
  const looks = new Map<number, number>();
  return {
    state,
    light: { ...lightActivities(lecture, state), ...lecture.light?.(state) },
    claim: {
      claimLecture: async () => {
        const host = lecture.claimHost?.() ?? hosts[0]!;
        state.calls.push(`claim ${host}`);
        return { host };
      },
    },
    files: (host: string): Omit<FakeFileActivities, 'claimLecture'> => ({
      ...fileActivities({ lecture, state, looks }),
      ...lecture.files?.(state, host),
    }),
  };
}

function lightActivities(lecture: FakeLecture, state: FakeLectureState): FakeLightActivities {
  const said = (call: string, published: Published): Published => (state.calls.push(call), published);
  return {
    openLecture: async ({ overrides }) => {
      state.calls.push('open');
      for (const { slot, right } of overrides) {
        const others = state.opened.overrides.filter((one) => one.slot !== slot);
        state.opened.overrides = right === 'auto' ? others : [...others, { slot, right }];
      }
      return state.opened;
    },
    recordLecture: async (record) => void state.records.push(record),
    reserveUploads: async ({ files }) =>
      files.map(({ role }) => ({ role, fileId: `id-${role}`, folderId: 'folder' })),
    attachLecture: async () => said('attach', { kind: 'calendar', target: 'event', state: 'done' }),
    postLecture: async ({ course, force }) =>
      said(`post ${course}${force ? ' again' : ''}`, {
        kind: 'announcement',
        target: course,
        state: 'done',
      }),
    notifyLecture: async ({ news }) => void state.news.push(news),
    undoLecture: async () => [said('undo', { kind: 'drive', target: 'main', state: 'undone' })],
    checkHost: async ({ host }) => ({ alive: lecture.isHostAlive?.(host) ?? true }),
  };
}

const fileOf = (role: LectureFile['role']): LectureFile => ({
  role,
  path: `lectures/A101/2026-01-05/Graph_theory_${role}.mp4`,
  sizeBytes: 1,
  sha256: '0'.repeat(64),
});

interface FileBound {
  lecture: FakeLecture;
  state: FakeLectureState;
  looks: Map<number, number>;
}

function fileActivities({ lecture, state, looks }: FileBound): Omit<FakeFileActivities, 'claimLecture'> {
  const { calls } = state;
  return {
    downloadSegment: async ({ cameraId, startUnix }) => {
      calls.push(`download ${cameraId} ${startUnix}`);
      return { attempts: 1, missingSeconds: 0, toleranceWindowMissingSeconds: 0 };
    },
    judgeSlot: async ({ slot: { index } }) => {
      const look = (looks.get(index) ?? 0) + 1;
      looks.set(index, look);
      calls.push(`judge ${index}`);
      const facts = {
        index,
        lecturer: 'picture',
        screen: 'picture',
        board: 'absent',
        sound: 'lecturer',
      } as const;
      return { facts, missingSeconds: 0, ...lecture.judge?.(index, look) };
    },
    composeSlot: async ({ slot: { index }, choice: { right } }) => {
      calls.push(`compose ${index} ${right}`);
      return { index, path: `.work/${index}.mkv`, frames: 100, samples: 1, unreadable: [], isNew: true };
    },
    joinLecture: async ({ slots }) => {
      calls.push(`join ${slots.length}`);
      return { files: [fileOf('main'), fileOf('poster')] };
    },
    uploadLecture: async ({ role }) => {
      calls.push(`upload ${role}`);
      return { kind: 'drive', target: role, state: 'done' };
    },
    exportLecture: async ({ target }) => {
      calls.push(`export ${target}`);
      return { kind: 'export', target, state: 'done' };
    },
    sweepLecture: async ({ isPublished }) => void calls.push(`sweep${isPublished ? ' published' : ''}`),
  };
}
