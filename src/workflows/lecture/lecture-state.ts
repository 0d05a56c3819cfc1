// The state of one lecture while it runs: what its messages ask for, what its query answers, what the Web UI shows.
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { OpenedLecture, Published } from '../../activities/lecture/types.ts';
import type { LectureInput, LectureProgress, PaneOverride } from '../../contract/lecture-messages.ts';
import type { LectureState } from '../../domain/lecture-states.ts';
import { searchAttributes } from '../../contract/search-attributes.ts';
import { markdownTable, shownWhole } from '../../domain/markdown.ts';

/** What signals have asked for and nobody has carried out yet. */
export interface LectureOrders {
  overrides: PaneOverride[];
  /** The row is to be read again. */
  changed: boolean;
  startsNow: boolean;
  retries: boolean;
  cancel?: { undo?: boolean };
}

export interface LectureWork {
  input: LectureInput;
  orders: LectureOrders;
  progress: LectureProgress;
  /** As it was read last. */
  opened?: OpenedLecture;
  /** Ends the attempt under way: set while it may be ended without harm. */
  interrupt?: () => void;
}

export function openWork(input: LectureInput): LectureWork {
  return {
    input,
    orders: { overrides: [], changed: false, startsNow: input.rerun ?? false, retries: false },
    progress: {
      lectureId: input.lectureId,
      state: 'pending',
      slots: { total: 0, composed: 0 },
      choices: [],
      files: [],
      publications: [],
    },
  };
}

/** Renews the answer of the query and what the Web UI shows; a reason that is not given is gone. */
export function showLecture(work: LectureWork, state: LectureState, reason?: string): void {
  const { progress } = work;
  const isNew = progress.state !== state;
  progress.state = state;
  if (reason) progress.reason = reason;
  else delete progress.reason;
  setCurrentDetails(lectureDetails(work));
  if (isNew) upsertSearchAttributes([{ key: searchAttributes.state, value: state }]);
}

/** What became of one place; a later word replaces an earlier one. */
export function showPublished(work: LectureWork, published: Published): void {
  const { progress } = work;
  const isSame = ({ kind, target }: Published): boolean =>
    kind === published.kind && target === published.target;
  progress.publications = [...progress.publications.filter((known) => !isSame(known)), published];
  setCurrentDetails(lectureDetails(work));
}

function lectureDetails({ opened, progress }: LectureWork): string {
  const { slots, choices, files, publications } = progress;
  const facts = [
    ...(opened
      ? [
          ['Lecture', opened.title],
          ['Room', opened.roomId],
        ]
      : []),
    ['State', progress.state],
    ...(progress.reason ? [['Reason', progress.reason]] : []),
    ...(progress.host ? [['Host', progress.host]] : []),
    ['Slots', `${slots.composed} of ${slots.total} composed`],
    ...files.map(({ role, path }) => [role, path]),
  ];
  const tables = [markdownTable(['', ''], facts)];
  if (choices.length > 0) {
    const starts = new Map(opened?.slots.map(({ index, fromAt }) => [index, fromAt]));
    const rows = choices.map((choice) => [
      choice.index,
      starts.get(choice.index) ?? '',
      choice.left,
      choice.right,
      choice.reason,
    ]);
    tables.push(markdownTable(['Slot', 'From', 'Left', 'Right', 'Why'], rows));
  }
  if (publications.length > 0) {
    const rows = publications.map(({ kind, target, state, reason }) => [kind, target, state, reason ?? '']);
    tables.push(markdownTable(['Place', 'Target', 'State', ''], rows));
  }
  return shownWhole(tables.join('\n\n'));
}
