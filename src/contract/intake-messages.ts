// What the reader of a room's calendar takes, answers and listens to. No zod here: this file goes into the workflow bundle.
import { defineQuery, defineSignal } from '@temporalio/workflow';

export interface IntakeInput {
  roomId: string;
  /** Between two looks at the calendar; 180 when absent. */
  pollSeconds?: number;
  /** As in PlanInput: history length at which a session ends. */
  sessionEvents?: number;
  /** Carried over a continue-as-new; absent on the first run. */
  session?: IntakeSession;
}

export interface IntakeTotals {
  added: number;
  changed: number;
  cancelled: number;
}

export interface IntakeSession {
  totals: IntakeTotals;
  /** Why the calendar cannot be followed at present. */
  trouble?: IntakeTrouble;
  unreadable?: string[];
}

export interface IntakeTrouble {
  /** Of the failure table. */
  type: string;
  /** What happened and what to do, without secrets. */
  message: string;
}

export interface IntakeStatus {
  roomId: string;
  /** `idle`: the room has no calendar to follow, or is told not to. */
  state: 'following' | 'idle' | 'trouble';
  totals: IntakeTotals;
  /** Why it is idle or in trouble. */
  reason?: string;
  /** Events that became no lecture, with the reason, as of the last change; a few of them. */
  leftOut: string[];
  /** Events of its feed that cannot be read, by name, id and reason; their lectures stay as they are. */
  unreadable: string[];
}

/** Look at the calendar now. */
export const pollNow = defineSignal<[]>('pollNow');
/** The room's row has changed: read it again. */
export const roomChanged = defineSignal<[]>('roomChanged');
/** Follow this calendar no longer. Its lectures stay. */
export const stopIntake = defineSignal<[]>('stop');
export const intakeStatus = defineQuery<IntakeStatus>('intake');
