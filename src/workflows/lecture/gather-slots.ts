// From the end of a lecture to judged slots: waits for the recorder, fetches every slot's files, and looks a second time for what was not there.
import { condition } from '@temporalio/workflow';
import type { JudgedSlot, LectureSlot, OpenedLecture } from '../../activities/lecture/types.ts';
import { sourceRoles } from '../../contract/lecture-messages.ts';
import { msFromIso } from '../../domain/range.ts';
import { describeFailure, fail } from '../fail.ts';
import { onLivingHost } from '../on-host.ts';
import { composing, downloads, lectureRows } from '../proxies.ts';
import { runWindowed } from '../run-windowed.ts';
import { describeLacking } from './lacking.ts';
import { bindTo, claimHost } from './lecture-host.ts';
import { showLecture } from './lecture-state.ts';
import type { LectureWork } from './lecture-state.ts';
import { tellNews } from './tell-news.ts';

export interface GatheredSlots {
  host: string;
  judged: JudgedSlot[];
}

/** An archive is asked for one file for so long; then the slot counts as without it until the second try. */
const budgetSeconds = 600;

/** Tries of a file with gaps, over all runs: each look is one, and a file that was still being written becomes whole. */
const maxDownloadAttempts = 1_000;

const gapThresholdSeconds = 2;

/** Fails with SourceMissing when not one picture of any slot is there after the second try. */
export async function gatherSlots(work: LectureWork, opened: OpenedLecture): Promise<GatheredSlots> {
  await waitUntil(
    work,
    opened.readyAt,
    `Waiting until ${opened.readyAt} for the files of ${opened.slots.length} slots.`,
  );
  const first = await lookOnce(work, opened);
  const lacking = describeLacking(opened, first.judged);
  const isEarly = msFromIso(opened.secondTryAt) > Date.now() && !work.orders.startsNow;
  if (!lacking || !isEarly) return requirePictures(first);
  const reason = `${lacking} Looking again at ${opened.secondTryAt}.`;
  await tellNews(work, 'waiting', reason);
  await waitUntil(work, opened.secondTryAt, reason);
  return requirePictures(await lookOnce(work, opened));
}

async function waitUntil(work: LectureWork, instant: string, reason: string): Promise<void> {
  const { orders } = work;
  const waitMs = msFromIso(instant) - Date.now();
  if (waitMs <= 0 || orders.startsNow) return;
  showLecture(work, 'waiting', reason);
  await lectureRows.recordLecture({ lectureId: work.input.lectureId, state: 'waiting', reason });
  await condition(() => orders.startsNow, waitMs);
}

async function lookOnce(work: LectureWork, opened: OpenedLecture): Promise<GatheredSlots> {
  const host = await claimHost(work);
  showLecture(work, 'preparing');
  await lectureRows.recordLecture({ lectureId: work.input.lectureId, state: 'preparing', host });
  await fetchFiles(work, { opened, host });
  const judged: JudgedSlot[] = [];
  await runWindowed({
    items: opened.slots,
    inFlight: opened.slotsInFlight,
    goOn: () => true,
    run: async (slot, index) => {
      const media = composing(bindTo(work, host, `look at slot ${slot.index}`));
      judged[index] = await onLivingHost(host, () =>
        media.judgeSlot({ lectureId: work.input.lectureId, slot }),
      );
    },
  });
  return { host, judged };
}

type Fetch = { cameraId: string; slot: LectureSlot };

/** Every file of every role. One that cannot be had leaves its slot without it; only this host's own faults stop the lecture. */
async function fetchFiles(
  work: LectureWork,
  { opened, host }: { opened: OpenedLecture; host: string },
): Promise<void> {
  const cameras = [...new Set(sourceRoles.flatMap((role) => opened.cameras[role]))];
  const fetches: Fetch[] = opened.slots.flatMap((slot) => cameras.map((cameraId) => ({ cameraId, slot })));
  await runWindowed({
    items: fetches,
    inFlight: opened.segmentsInFlight,
    goOn: () => true,
    run: async ({ cameraId, slot: { index, startUnix, seconds } }) => {
      const binding = bindTo(work, host, `${cameraId}, slot ${index}`);
      const { downloadSegment } = downloads({ ...binding, budgetSeconds });
      try {
        await onLivingHost(host, () =>
          downloadSegment({
            planId: work.input.lectureId,
            cameraId,
            startUnix,
            seconds,
            maxDownloadAttempts,
            gapThresholdSeconds,
            force: false,
          }),
        );
      } catch (error) {
        if (!isOfTheSource(error)) throw error;
      }
    },
  });
}

const ofTheSource: ReadonlySet<string> = new Set([
  'NotFound',
  'AuthRejected',
  'ForbiddenUrl',
  'InputInvalid',
  'UnsafeName',
  'MediaUnreadable',
  'GonePermanently',
  'SourceMissing',
  'SourceBusy',
  'SourceUnreachable',
  'SourceStalled',
  'EncoderFailed',
  // Of one file through all tries of the budget: the others are read on this host.
  'EncoderStalled',
  'GoogleTransient',
  'QuotaExceeded',
  'TimedOut',
]);

const isOfTheSource = (error: unknown): boolean => ofTheSource.has(describeFailure(error).type);

function requirePictures(gathered: GatheredSlots): GatheredSlots {
  const isEmpty = gathered.judged.every(
    ({ facts }) => facts.lecturer === 'absent' && facts.screen === 'absent' && facts.board === 'absent',
  );
  if (isEmpty) throw fail('SourceMissing', 'Not one file with pictures of any slot is there.');
  return gathered;
}
