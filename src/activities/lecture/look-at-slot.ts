// Judges one slot: finds its files, looks at their pictures, and counts what of the lecturer is missing.
import { cancellationSignal } from '@temporalio/activity';
import { lengthMs } from '../../domain/range.ts';
import { ownHeartbeat } from '../own-heartbeat.ts';
import { judgeSlot } from './judge-slot.ts';
import type { LectureDeps } from './lecture-deps.ts';
import { findSources, missingSeconds, neededRange, readLecture } from './lecture-sources.ts';
import type { JudgedSlot, JudgeRequest } from './types.ts';

export async function lookAtSlot(deps: LectureDeps, { lectureId, slot }: JudgeRequest): Promise<JudgedSlot> {
  const signal = cancellationSignal();
  const heartbeat = ownHeartbeat();
  const { room } = await readLecture(deps, lectureId);
  const onBytes = (bytes: number): void => heartbeat({ bytes });
  const sources = await findSources(deps, { room, slot, signal, onBytes });
  const noSignal = await deps.catalog.noSignalPictures.listFor(room.id);
  const facts = await judgeSlot(deps.lecture.media, {
    slot: { index: slot.index, lengthSeconds: lengthMs(neededRange(slot)) / 1000 },
    sources,
    noSignal: noSignal.map(({ pixels }) => pixels),
    stallSeconds: deps.settings.stallSeconds.media,
    signal,
    onProgress: heartbeat,
  });
  const seen = facts.lecturer === 'absent' ? undefined : sources.lecturer;
  const expectsLecturer = room.sources.some(({ role }) => role === 'lecturer');
  return { facts, missingSeconds: expectsLecturer ? missingSeconds(slot, seen) : 0 };
}
