// Writes what a lecture has come to into the catalog: where it stands, its slots and its files.
import { msFromIso } from '../../domain/range.ts';
import type { LectureDeps } from './lecture-deps.ts';
import type { LectureRecord } from './types.ts';

export async function recordLecture({ catalog }: LectureDeps, record: LectureRecord): Promise<void> {
  const { lectureId, state, reason, host, missingSeconds, slots, files } = record;
  await catalog.lectures.record(lectureId, {
    ...(state ? { state } : {}),
    reason,
    outcome: {
      ...(host === undefined ? {} : { host }),
      ...(missingSeconds === undefined ? {} : { missingSeconds }),
      ...(files ? { files } : {}),
      ...(slots
        ? {
            slots: slots.map(({ slot, choice, facts }) => ({
              ...choice,
              startMs: msFromIso(slot.fromAt),
              endMs: msFromIso(slot.toAt),
              ...(facts.screenBlankShare === undefined ? {} : { screenBlankShare: facts.screenBlankShare }),
              ...(facts.noSignalDistance === undefined ? {} : { noSignalDistance: facts.noSignalDistance }),
            })),
          }
        : {}),
    },
  });
}
