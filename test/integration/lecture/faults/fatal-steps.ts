// The steps of a lecture’s way inside which its worker is killed, and what shows that the worker is there.
import type { FaultAction, FaultStep } from '../../../fakes/google/faults.ts';
import { childrenOfWorker, type WorkerChild } from '../../faults/worker-child.ts';
import type { LectureStage } from './lecture-stage.ts';

export interface Fatal {
  /** Where the worker dies, in words. */
  where: string;
  /** Steps of the log that are begun and not ended then. */
  open: readonly string[];
  settings?: Readonly<Record<string, string>> | 'slow tools';
  script?: readonly FaultStep[];
  isInside(stage: LectureStage, worker: WorkerChild): boolean;
}

export interface FatalLecture {
  fatals: readonly Fatal[];
  /** The kill leaves a post of which nobody knows whether it was made. */
  asksAPerson: boolean;
  /** Its catalog is in PostgreSQL; that of the others in SQLite. */
  inPostgres?: true;
}

const isOpen = (stage: LectureStage, { pid }: WorkerChild, step: string): boolean =>
  stage.steps.openSteps(pid).includes(step);

/** The worker waits at this line of the log. */
const held = (line: string, ...open: string[]): Fatal => ({
  where: line,
  open,
  settings: { LONGTAKE_DEBUG_HOLD_STEP: line },
  isInside: (stage, { pid }) => stage.steps.steps.some((one) => one.pid === pid && one.name === line),
});

const inTool = (step: string, tool: string): Fatal => ({
  where: `${tool} of ${step}`,
  open: [step],
  settings: 'slow tools',
  isInside: (stage, worker) =>
    isOpen(stage, worker, step) &&
    childrenOfWorker(worker.pid).some(
      ({ command }) => command.includes(`slow-${tool} `) && !command.includes('-version'),
    ),
});

/** Google has met the last of these faults, and the worker waits for an answer that will not come. */
const unanswered = (step: string, script: readonly FaultStep[]): Fatal => ({
  where: `a request of ${step}`,
  open: [step],
  script,
  isInside: (stage, worker) => isOpen(stage, worker, step) && stage.google.unstruckFaults().length === 0,
});

const post = (action: FaultAction): Fatal =>
  unanswered('post', [{ on: { api: 'classroom.courses.announcements.create' }, ...action }]);

/** The line breaks inside a piece, of which Drive keeps a part, and the worker dies while it asks how large that is. Only the video has a second piece: its backup, sent beside it, is smaller than one. */
const midPiece = unanswered('upload', [
  { on: { api: 'drive.upload.put', contentRange: /^bytes [1-9]/ }, do: 'cutAfterBytes', bytes: 700_000 },
  { on: { api: 'drive.upload.status' }, do: 'hang' },
]);

/** Side by side: each kill of an activity makes Temporal wait twice as long before the next try. */
export const fatalLectures: Record<string, FatalLecture> = {
  'download, compose, keep-slot and post': {
    fatals: [
      held('scan.before', 'scan'),
      inTool('compose', 'ffmpeg'),
      held('keep-slot.rename.before', 'compose', 'keep-slot.rename'),
      post({ do: 'applyThenHang' }),
    ],
    asksAPerson: false,
  },
  'join, publish, document and sending': {
    fatals: [
      inTool('join', 'ffmpeg'),
      held('publish.media.rename.after'),
      held('write-json.rename.before', 'write-json.rename'),
      post({ do: 'hang' }),
    ],
    asksAPerson: true,
  },
  'upload, attach and sweep': {
    fatals: [
      midPiece,
      unanswered('attach', [{ on: { api: 'calendar.events.patch' }, do: 'applyThenHang' }]),
      held('sweep.before', 'sweep'),
    ],
    asksAPerson: false,
    inPostgres: true,
  },
};
