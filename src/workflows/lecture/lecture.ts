// A lecture from request to published video: wait, fetch, choose panes, compose, join, upload, attach; begun again when what was asked for changes.
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  setHandler,
} from '@temporalio/workflow';
import * as messages from '../../contract/lecture-messages.ts';
import type { LectureInput, LectureResult } from '../../contract/lecture-messages.ts';
import type { LectureState } from '../../domain/lecture-states.ts';
import { heard, listenInOrder } from '../early-signals.ts';
import { describeFailure } from '../fail.ts';
import { lectureRows } from '../proxies.ts';
import { attachEvent } from './attach-event.ts';
import { gatherSlots } from './gather-slots.ts';
import { sweepLecture } from './lecture-host.ts';
import { openWork, showLecture } from './lecture-state.ts';
import type { LectureWork } from './lecture-state.ts';
import { makeVideo } from './make-video.ts';
import { publishVideo } from './publish-video.ts';
import type { LectureEnd } from './publish-video.ts';
import { takeBack } from './take-back.ts';
import { tellNews } from './tell-news.ts';

/** Fails with the failure that ended it; a lecture that is published with something missing ends well, as `incomplete`. */
export async function lecture(input: LectureInput): Promise<LectureResult> {
  const work = openWork(input);
  const whole = new CancellationScope();
  listen(work, whole);
  try {
    const { state, reason } = await whole.run(() => runUntilSettled(work));
    await condition(allHandlersFinished);
    return { lectureId: input.lectureId, state, ...(reason ? { reason } : {}) };
  } catch (error) {
    return await CancellationScope.nonCancellable(() => endBadly(work, error));
  }
}

function listen(work: LectureWork, whole: CancellationScope): void {
  const { orders } = work;
  const change = (): void => {
    orders.changed = true;
    work.interrupt?.();
  };
  listenInOrder([
    heard(messages.choosePane, (override) => {
      // Anybody can send a signal, and a word that fits no slot would stand in the catalog for ever.
      if (!messages.isPaneOverride(override)) return;
      orders.overrides.push(override);
      change();
    }),
    heard(messages.lectureChanged, () => {
      // The files of new hours may not be there yet.
      orders.startsNow = false;
      change();
    }),
    heard(messages.startNow, () => void (orders.startsNow = true)),
    heard(messages.retryLecture, () => {
      orders.retries = true;
      orders.startsNow = true;
    }),
    heard(messages.cancelLecture, (how) => {
      orders.cancel = { undo: how?.undo === true || orders.cancel?.undo === true };
      whole.cancel();
    }),
  ]);
  setHandler(messages.lectureProgress, () => work.progress);
}

/** Runs again what a change or a lost host has made void; finished slots, uploads and posts are taken over. */
async function runUntilSettled(work: LectureWork): Promise<LectureEnd> {
  if (work.input.attachOnly) {
    const end = await attachEvent(work);
    if (end && !work.orders.changed && !work.orders.retries) return end;
  }
  for (;;) {
    const end = await runOnce(work);
    const { orders } = work;
    if (end === 'again' || orders.changed || (orders.retries && end.state !== 'complete')) continue;
    return end;
  }
}

async function runOnce(work: LectureWork): Promise<LectureEnd | 'again'> {
  const { input, orders, progress } = work;
  const overrides = orders.overrides.splice(0);
  const force = orders.retries;
  orders.changed = false;
  orders.retries = false;
  const opened = await lectureRows.openLecture({ lectureId: input.lectureId, overrides });
  work.opened = opened;
  if (opened.state === 'cancelled') return { state: 'cancelled', reason: 'Cancelled.' };
  progress.slots = { total: opened.slots.length, composed: 0 };
  const attempt = new CancellationScope();
  work.interrupt = () => attempt.cancel();
  if (orders.changed) attempt.cancel();
  try {
    const made = await attempt.run(async () => {
      const gathered = await gatherSlots(work, opened);
      return { ...(await makeVideo(work, { opened, ...gathered })), host: gathered.host };
    });
    // From here on others see what is done: it comes to its end before a change is looked at.
    delete work.interrupt;
    return await publishVideo(work, { opened, ...made, force });
  } catch (error) {
    const isVoid = orders.changed && !orders.cancel;
    if (!isVoid && describeFailure(error).type !== 'HostLost') throw error;
    orders.retries ||= force;
    return 'again';
  } finally {
    delete work.interrupt;
  }
}

/** Catalog first, then the Web UI; a lecture that was cancelled is no failure. */
async function endBadly(work: LectureWork, error: unknown): Promise<LectureResult> {
  const { input, orders } = work;
  const isCancelled = orders.cancel !== undefined || isCancellation(error);
  const failure = describeFailure(error);
  const state: LectureState = isCancelled ? 'cancelled' : 'failed';
  if (isCancelled) await sweepLecture(work);
  const reason = isCancelled ? await takeBack(work) : failure.message;
  await lectureRows.recordLecture({ lectureId: input.lectureId, state, reason });
  showLecture(work, state, reason);
  if (isCancelled) return { lectureId: input.lectureId, state, reason };
  if (work.opened) await tellNews(work, 'failed', reason);
  throw error;
}
