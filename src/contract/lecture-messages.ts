// What the workflow of a lecture takes, answers and listens to. No zod here: this file goes into the workflow bundle.
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { LayoutName } from '../domain/lecture-layout.ts';
import type { LectureState } from '../domain/lecture-states.ts';
import { rightChoices } from '../domain/pane-choice.ts';
import type { RightChoice, SlotChoice } from '../domain/pane-choice.ts';

export const sourceRoles = ['lecturer', 'screen', 'board', 'sound'] as const;
export type SourceRole = (typeof sourceRoles)[number];

/** `auto`: screen unless it is blank, else board. */
export type RightMode = 'auto' | 'screen' | 'board';

/** `main`: the composed video; `backup`: the clipped right source. */
export const lectureFileRoles = ['main', 'backup', 'poster', 'thumbnails'] as const;
export type LectureFileRole = (typeof lectureFileRoles)[number];

export interface LectureFile {
  role: LectureFileRole;
  /** Relative to the media root of the host that made it. */
  path: string;
  sizeBytes: number;
  /** lower-case hex */
  sha256: string;
  /** Absent for pictures. */
  durationSeconds?: number;
}

export const publicationKinds = [
  'drive',
  'export',
  'calendar',
  'announcement',
  'material',
  'webhook',
] as const;
export type PublicationKind = (typeof publicationKinds)[number];

/** `unclear`: an answer was lost and looking again showed nothing: a person decides, nothing is posted a second time. */
export const publicationStates = ['pending', 'done', 'failed', 'unclear', 'undone'] as const;
export type PublicationState = (typeof publicationStates)[number];

export interface LectureInput {
  lectureId: string;
  /** Begin with what earlier runs have left: composed slots, reserved ids and posts are taken over. */
  rerun?: boolean;
  /** It was given an event after it was published: its video is attached there, and nothing is made anew. */
  attachOnly?: boolean;
}

export interface LectureProgress {
  lectureId: string;
  state: LectureState;
  /** What it waits for, or why it ended so, in one sentence. */
  reason?: string;
  host?: string;
  slots: { total: number; composed: number };
  choices: SlotChoice[];
  files: LectureFile[];
  publications: { kind: PublicationKind; target: string; state: PublicationState; reason?: string }[];
}

export interface LectureResult {
  lectureId: string;
  state: LectureState;
  reason?: string;
}

/** A word for one slot, over what was chosen by its pictures; `auto` takes the word back. */
export interface PaneOverride {
  slot: number;
  right: RightChoice | 'auto';
}

/** The highest number of a slot that is stored. */
export const highestSlot = 1000;

/** Signals can be sent by anybody: what is no word for a slot changes nothing. */
export function isPaneOverride(word: unknown): word is PaneOverride {
  const { slot, right } = (word ?? {}) as Partial<Record<keyof PaneOverride, unknown>>;
  const isSlot = Number.isInteger(slot) && (slot as number) >= 0 && (slot as number) <= highestSlot;
  return isSlot && (right === 'auto' || rightChoices.some((choice) => choice === right));
}

/** What of a lecture may be changed while it runs; absent fields stay. Instants in ISO 8601 with offset. */
export interface LectureChange {
  startAt?: string;
  endAt?: string;
  name?: string;
  layout?: LayoutName;
}

export const choosePane = defineSignal<[PaneOverride]>('choosePane');
/** The catalog's row has changed: read it again. */
export const lectureChanged = defineSignal<[]>('lectureChanged');
/** Do not wait any longer: take what is there now. */
export const startNow = defineSignal<[]>('startNow');
/** `undo`: what was published is taken back too. */
export const cancelLecture = defineSignal<[{ undo?: boolean }]>('cancel');
/** Try again what failed or is unclear; a person has looked. */
export const retryLecture = defineSignal<[]>('retry');
export const lectureProgress = defineQuery<LectureProgress>('progress');
