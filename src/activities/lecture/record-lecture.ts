// Writes what a lecture has come to into the catalog: where it stands, its slots and its files.
import { msFromIso } from '../../domain/range.ts';
import type { LectureDeps } from './lecture-deps.ts';
import type { LectureRecord, Published } from './types.ts';

export async function recordLecture({ catalog }: LectureDeps, record: LectureRecord): Promise<void> {
  const { lectureId, state, reason, host, missingSeconds, slots, files, refused = [] } = record;
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
  for (const place of refused) await recordRefusal(catalog, { lectureId, place });
}

/** What an activity has written down itself stays: whether a post was sent is known to nobody else. */
async function recordRefusal(
  { publications }: LectureDeps['catalog'],
  { lectureId, place }: { lectureId: string; place: Published },
): Promise<void> {
  const { kind, target, state, reason } = place;
  const before = await publications.get({ lectureId, kind, target });
  if (before && before.state !== 'pending' && before.state !== 'failed') return;
  await publications.record({ lectureId, kind, target, state, ...(reason ? { reason } : {}) });
}
