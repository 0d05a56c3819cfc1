// The reader of one room's calendar: one look after the other, of which only those that find something cost history.
import {
  allHandlersFinished,
  condition,
  makeContinueAsNewFunc,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { FollowOutcome } from '../../activities/lecture/intake-types.ts';
import * as messages from '../../contract/intake-messages.ts';
import type {
  IntakeInput,
  IntakeSession,
  IntakeStatus,
  IntakeTotals,
} from '../../contract/intake-messages.ts';
import { searchAttributes } from '../../contract/search-attributes.ts';
import { markdownTable, shownWhole } from '../../domain/markdown.ts';
import { heard, listenInOrder } from '../early-signals.ts';
import { calendars } from '../proxies.ts';
import { pauseSeconds, runLive } from '../restream/live-run.ts';
import { sessionIsLong } from '../session.ts';

interface Intake extends IntakeSession {
  roomId: string;
  /** Why there is nothing to follow; the room’s next change ends it. */
  idle?: string;
  leftOut: string[];
  unreadable: string[];
  /** To look now. */
  asked: boolean;
  stopped: boolean;
  shownState?: string;
}

const defaultPollSeconds = 180;

/** Ends when it is told to, or when the room is gone. */
export async function lectureIntake(input: IntakeInput): Promise<void> {
  const intake: Intake = {
    roomId: input.roomId,
    totals: { added: 0, changed: 0, cancelled: 0 },
    unreadable: [],
    ...input.session,
    leftOut: [],
    asked: false,
    stopped: false,
  };
  listen(intake);
  while (!intake.stopped) {
    show(intake);
    if (sessionIsLong(input)) await continueInNewSession(input, intake);
    const outcome = await look(input, intake);
    if (outcome?.kind === 'gone') break;
    if (outcome) take(intake, outcome);
    if (intake.idle !== undefined) {
      show(intake);
      await condition(() => intake.asked || intake.stopped);
    }
  }
  await condition(allHandlersFinished);
}

function listen(intake: Intake): void {
  listenInOrder([
    heard(messages.pollNow, () => void (intake.asked = true)),
    // Whoever adds the room again wants it followed.
    heard(messages.roomChanged, () => void Object.assign(intake, { asked: true, stopped: false })),
    heard(messages.stopIntake, () => void (intake.stopped = true)),
  ]);
  setHandler(messages.intakeStatus, () => statusOf(intake));
}

/** What a look found; undefined when it made room for a newer one, or was ended by somebody’s hand. */
async function look(input: IntakeInput, intake: Intake): Promise<FollowOutcome | undefined> {
  const { roomId, trouble, unreadable } = intake;
  const { pollSeconds = defaultPollSeconds } = input;
  intake.asked = false;
  const isDue = (): boolean => intake.asked || intake.stopped;
  const { answered, wasDue } = await runLive({
    start: () =>
      calendars.followEvents({
        ...{ roomId, pollSeconds },
        ...(trouble ? { trouble } : {}),
        ...(unreadable.length > 0 ? { unreadable } : {}),
      }),
    isDue,
  });
  if (!answered && !wasDue) await condition(isDue, pauseSeconds * 1000);
  return answered?.answer;
}

function take(intake: Intake, outcome: Exclude<FollowOutcome, { kind: 'gone' }>): void {
  delete intake.idle;
  delete intake.trouble;
  if (outcome.kind === 'idle') intake.idle = outcome.reason;
  if (outcome.kind === 'trouble') intake.trouble = outcome.trouble;
  if (outcome.kind !== 'followed') return;
  intake.totals = sum(intake.totals, outcome.totals);
  intake.leftOut = outcome.leftOut;
  intake.unreadable = outcome.unreadable ?? [];
}

const sum = (a: IntakeTotals, b: IntakeTotals): IntakeTotals => ({
  added: a.added + b.added,
  changed: a.changed + b.changed,
  cancelled: a.cancelled + b.cancelled,
});

function statusOf({ roomId, totals, leftOut, unreadable, idle, trouble }: Intake): IntakeStatus {
  const reason = idle ?? trouble?.message;
  return {
    roomId,
    state: idle !== undefined ? 'idle' : trouble ? 'trouble' : 'following',
    totals,
    leftOut,
    unreadable,
    ...(reason === undefined ? {} : { reason }),
  };
}

function show(intake: Intake): void {
  const { state, totals, reason, leftOut, unreadable } = statusOf(intake);
  const rows = [
    ['Lectures', `${totals.added} added, ${totals.changed} changed, ${totals.cancelled} cancelled`],
    ...(reason === undefined ? [] : [['Reason', reason]]),
    ...(leftOut.length === 0 ? [] : [['Left out', leftOut.join(' ')]]),
    ...(unreadable.length === 0 ? [] : [['Cannot be read', unreadable.join(' ')]]),
  ];
  setCurrentDetails(shownWhole(markdownTable([`Calendar of ${intake.roomId}`, state], rows)));
  if (intake.shownState === state) return;
  intake.shownState = state;
  upsertSearchAttributes([{ key: searchAttributes.state, value: state }]);
}

async function continueInNewSession(input: IntakeInput, intake: Intake): Promise<void> {
  await condition(allHandlersFinished);
  const { totals, trouble, unreadable } = intake;
  await makeContinueAsNewFunc<typeof lectureIntake>()({
    ...input,
    session: {
      totals,
      ...(trouble ? { trouble } : {}),
      ...(unreadable.length > 0 ? { unreadable } : {}),
    },
  });
}
