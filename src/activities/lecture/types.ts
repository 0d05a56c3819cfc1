// What the lecture's activities take and answer: the workflows' view of them. Types only; totals and addresses.
import type {
  LectureFile,
  PaneOverride,
  PublicationKind,
  PublicationState,
  RightMode,
  SourceRole,
} from '../../contract/lecture-messages.ts';
import type { LectureState } from '../../domain/lecture-states.ts';
import type { SlotChoice, SlotFacts } from '../../domain/pane-choice.ts';
import type { CameraDayTiming } from '../plan/types.ts';

/** A slot as the workflow sees it: the file's own range, of which the lecture needs [fromAt, toAt). */
export interface LectureSlot {
  index: number;
  startUnix: number;
  seconds: number;
  fromAt: string;
  toAt: string;
}

/** What the catalog says of a lecture, with everything that its workflow decides by. */
export interface OpenedLecture {
  revision: number;
  /** The row's state: a cancelled lecture is not begun. */
  state: LectureState;
  /** The row's, of what it came to last. */
  reason?: string;
  roomId: string;
  /** `Graph theory, 10:10–11:40`, for people. */
  title: string;
  slots: LectureSlot[];
  /** When the files should be there; when the lecture goes on without those that are not. */
  readyAt: string;
  secondTryAt: string;
  /** More missing seconds of the lecturer than this, and the second try is waited for. */
  waitForMissingSeconds: number;
  /** Cameras by role, in order of preference. */
  cameras: Record<SourceRole, string[]>;
  right: RightMode;
  overrides: { slot: number; right: SlotChoice['right'] }[];
  /** Where it goes. */
  publish: {
    drive: boolean;
    exports: string[];
    calendar: boolean;
    classroom?: 'announcement' | 'material';
    courses: string[];
  };
  /** A slot's state whose compose is known to be done need not be waited for in turn: how many at once. */
  slotsInFlight: number;
  segmentsInFlight: number;
  timing: CameraDayTiming;
}

export interface ClaimedLecture {
  host: string;
}

export interface JudgeRequest {
  lectureId: string;
  slot: LectureSlot;
}

/** The facts that panes are chosen by, and how much of the lecturer is missing. */
export interface JudgedSlot {
  facts: SlotFacts;
  missingSeconds: number;
}

export interface ComposeRequest {
  lectureId: string;
  slot: LectureSlot;
  choice: SlotChoice;
}

export interface ComposedSlot {
  index: number;
  /** Relative to the media root; below `.work`. */
  path: string;
  frames: number;
  samples: number;
  /** Sources that turned out to be unreadable, by role: the slot was made without them. */
  unreadable: SourceRole[];
  /** Made by this call; false: found finished. */
  isNew: boolean;
}

export interface JoinRequest {
  lectureId: string;
  slots: ComposedSlot[];
  choices: SlotChoice[];
}

export interface JoinedLecture {
  files: LectureFile[];
  /** What is not as it should be of them, in sentences. */
  complaints?: string[];
}

export interface PublishRequest {
  lectureId: string;
  files: LectureFile[];
}

export interface ReservedUpload {
  role: LectureFile['role'];
  fileId: string;
  folderId: string;
  /** Why a video that is there already lies in another folder, and what to do. */
  complaint?: string;
}

export interface UploadRequest extends Omit<ReservedUpload, 'complaint'> {
  lectureId: string;
  file: LectureFile;
}

export interface Published {
  kind: PublicationKind;
  target: string;
  state: PublicationState;
  reason?: string;
}

export interface LectureRecord {
  lectureId: string;
  state?: LectureState;
  reason?: string;
  host?: string;
  missingSeconds?: number;
  slots?: { slot: LectureSlot; choice: SlotChoice; facts: SlotFacts }[];
  files?: LectureFile[];
  /** Places that did not take it, with their last word. */
  refused?: Published[];
}

export interface SweepLectureRequest {
  lectureId: string;
  /** Everything is proved at its other places: the room's rule says what stays here. */
  isPublished: boolean;
  files: LectureFile[];
  slots: LectureSlot[];
}

export type LectureNews = 'ready' | 'waiting' | 'failed';

/** Touch no media file: any worker may run them. */
export interface LectureActivities {
  /** Writes the overrides into the row first. */
  openLecture(input: { lectureId: string; overrides: PaneOverride[] }): Promise<OpenedLecture>;
  recordLecture(input: LectureRecord): Promise<void>;
}

/** Calls of Google and of webhooks: short, idempotent, on any worker. */
export interface OutsideActivities {
  /** Ids and folder before a byte is sent; the same again on every call. */
  reserveUploads(input: PublishRequest): Promise<ReservedUpload[]>;
  attachLecture(input: { lectureId: string }): Promise<Published>;
  postLecture(input: { lectureId: string; course: string; force: boolean }): Promise<Published>;
  notifyLecture(input: { lectureId: string; news: LectureNews; reason?: string }): Promise<void>;
  /** Takes back what was published. */
  undoLecture(input: { lectureId: string }): Promise<Published[]>;
}

/** On the host that holds the lecture's files. */
export interface LectureHostActivities {
  claimLecture(input: { lectureId: string }): Promise<ClaimedLecture>;
  sweepLecture(input: SweepLectureRequest): Promise<void>;
}

export interface LectureMediaActivities {
  judgeSlot(input: JudgeRequest): Promise<JudgedSlot>;
  composeSlot(input: ComposeRequest): Promise<ComposedSlot>;
  joinLecture(input: JoinRequest): Promise<JoinedLecture>;
}

export interface LectureTransferActivities {
  uploadLecture(input: UploadRequest): Promise<Published>;
  exportLecture(input: PublishRequest & { target: string }): Promise<Published>;
}
