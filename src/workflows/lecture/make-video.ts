// From judged slots to the published files of one host: panes chosen, slots composed, joined.
import type { ComposedSlot, JudgedSlot, OpenedLecture } from '../../activities/lecture/types.ts';
import type { LectureFile } from '../../contract/lecture-messages.ts';
import { choosePanes } from '../../domain/pane-choice.ts';
import { onLivingHost } from '../on-host.ts';
import { composing, lectureRows } from '../proxies.ts';
import { runWindowed } from '../run-windowed.ts';
import type { GatheredSlots } from './gather-slots.ts';
import { bindTo } from './lecture-host.ts';
import { showLecture } from './lecture-state.ts';
import type { LectureWork } from './lecture-state.ts';
import { choiceWithout, describeUnreadable, judgedWithout } from './unreadable-sources.ts';

interface VideoRequest extends GatheredSlots {
  opened: OpenedLecture;
}

export interface MadeVideo {
  files: LectureFile[];
  /** As composing found them. */
  judged: JudgedSlot[];
  /** Sentences about files that could not be read or copied. */
  complaints: string[];
}

/** Slots that are finished already, by an earlier run or another choice elsewhere, are not made again. */
export async function makeVideo(work: LectureWork, request: VideoRequest): Promise<MadeVideo> {
  const { host } = request;
  const { lectureId } = work.input;
  choose(work, request);
  showLecture(work, 'composing');
  await record(work, request);
  const composed = await composeAll(work, request);
  const judged = await withoutUnreadable(work, { ...request, composed });
  const media = composing(bindTo(work, host, `join ${composed.length} slots`));
  const { choices } = work.progress;
  const { files, complaints = [] } = await onLivingHost(host, () =>
    media.joinLecture({ lectureId, slots: composed, choices }),
  );
  work.progress.files = files;
  showLecture(work, 'composing');
  return { files, judged, complaints: [...describeUnreadable(composed), ...complaints] };
}

async function composeAll(work: LectureWork, { opened, host }: VideoRequest): Promise<ComposedSlot[]> {
  const { lectureId } = work.input;
  const composed: ComposedSlot[] = [];
  await runWindowed({
    items: opened.slots,
    inFlight: opened.slotsInFlight,
    goOn: () => true,
    run: async (slot, index) => {
      const media = composing(bindTo(work, host, `compose slot ${slot.index}`));
      const choice = work.progress.choices[index]!;
      composed[index] = await onLivingHost(host, () => media.composeSlot({ lectureId, slot, choice }));
      work.progress.slots.composed += 1;
      showLecture(work, 'composing');
    },
  });
  return composed;
}

/** Says of files that could not be read what became of their panes; answers the facts as they are now known. */
async function withoutUnreadable(
  work: LectureWork,
  { opened, judged, composed }: VideoRequest & { composed: readonly ComposedSlot[] },
): Promise<JudgedSlot[]> {
  if (composed.every(({ unreadable }) => unreadable.length === 0)) return judged;
  const { progress } = work;
  progress.choices = progress.choices.map((choice, at) => choiceWithout(choice, composed[at]!.unreadable));
  const found = judged.map((slot, at) =>
    judgedWithout(slot, { slot: opened.slots[at]!, unreadable: composed[at]!.unreadable }),
  );
  await record(work, { opened, judged: found });
  return found;
}

function choose(work: LectureWork, { opened, judged }: VideoRequest): void {
  work.progress.choices = choosePanes({
    facts: judged.map(({ facts }) => facts),
    mode: opened.right,
    overrides: opened.overrides,
  });
}

async function record(
  work: LectureWork,
  { opened, judged }: { opened: OpenedLecture; judged: JudgedSlot[] },
): Promise<void> {
  const missingSeconds = judged.reduce((sum, slot) => sum + slot.missingSeconds, 0);
  await lectureRows.recordLecture({
    lectureId: work.input.lectureId,
    state: 'composing',
    missingSeconds,
    slots: opened.slots.map((slot, index) => ({
      slot,
      choice: work.progress.choices[index]!,
      facts: judged[index]!.facts,
    })),
  });
}
