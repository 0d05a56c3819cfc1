// What the catalog says of a lecture, for its workflow: slots, times, cameras, places. A person's choices are written down first.
import type { LectureRow } from '../../catalog/lecture-types.ts';
import { sourceRoles } from '../../contract/lecture-messages.ts';
import type { PaneOverride, SourceRole } from '../../contract/lecture-messages.ts';
import { localParts } from '../../domain/calendar.ts';
import { Fault } from '../../domain/fault.ts';
import { lectureSlots } from '../../domain/lecture-slots.ts';
import { isoFromMs } from '../../domain/range.ts';
import { readyTimes } from '../../domain/ready-rule.ts';
import type { LectureDeps } from './lecture-deps.ts';
import { readLecture } from './lecture-sources.ts';
import type { KnownLecture } from './lecture-sources.ts';
import type { LectureSlot, OpenedLecture } from './types.ts';

/** A workflow with more slots would write more history than a session holds. */
const mostSlots = 100;

export async function openLecture(
  deps: LectureDeps,
  { lectureId, overrides }: { lectureId: string; overrides: PaneOverride[] },
): Promise<OpenedLecture> {
  if (overrides.length > 0) await writeOverrides(deps, lectureId, overrides);
  const known = await readLecture(deps, lectureId);
  const { row, room } = known;
  const { spec } = room;
  const { timing, segmentsInFlight } = deps.settings;
  const ready = readyTimes({ ...spec, endMs: row.endMs });
  return {
    revision: row.revision,
    state: row.state,
    ...(row.reason === undefined ? {} : { reason: row.reason }),
    roomId: room.id,
    title: titleOf(known),
    slots: slotsOf(known),
    readyAt: isoFromMs(ready.readyMs),
    secondTryAt: isoFromMs(ready.secondTryMs),
    waitForMissingSeconds: spec.waitForMissingSeconds,
    cameras: camerasOf(known),
    right: row.spec.right,
    overrides: row.spec.overrides,
    publish: {
      drive: spec.folderId !== undefined,
      exports: spec.exports,
      calendar: spec.attach && row.event !== undefined,
      ...(spec.classroom === 'none' ? {} : { classroom: spec.classroom }),
      courses: row.spec.courses,
    },
    slotsInFlight: deps.lecture.settings.slotsInFlight,
    segmentsInFlight,
    timing,
  };
}

/** `Graph theory, 2026-09-14 10:10–11:40`. */
export function titleOf({ row, room }: KnownLecture): string {
  const start = localParts(row.startMs, room.spec.timeZone);
  const end = localParts(row.endMs, room.spec.timeZone);
  return `${row.spec.name}, ${start.date} ${start.hh}:${start.mm}–${end.hh}:${end.mm}`;
}

export function slotsOf({ row, room }: KnownLecture): LectureSlot[] {
  const { slotSeconds, timeZone } = room.spec;
  const slots = lectureSlots({ startMs: row.startMs, endMs: row.endMs, slotSeconds, timeZone });
  if (slots.length > mostSlots) {
    throw new Fault(
      'InputInvalid',
      `Lecture ${row.id} has ${slots.length} slots of ${slotSeconds} s; at most ${mostSlots} are composed into one video.`,
    );
  }
  return slots.map(({ index, startMs, endMs, fromMs, toMs }) => ({
    index,
    startUnix: startMs / 1000,
    seconds: (endMs - startMs) / 1000,
    fromAt: isoFromMs(fromMs),
    toAt: isoFromMs(toMs),
  }));
}

function camerasOf({ room }: KnownLecture): Record<SourceRole, string[]> {
  const of = (wanted: SourceRole): string[] =>
    room.sources.filter(({ role }) => role === wanted).map(({ camera }) => camera);
  return Object.fromEntries(sourceRoles.map((role) => [role, of(role)])) as Record<SourceRole, string[]>;
}

async function writeOverrides(
  { catalog }: LectureDeps,
  lectureId: string,
  overrides: readonly PaneOverride[],
): Promise<void> {
  const row: LectureRow = await catalog.lectures.require(lectureId);
  const kept = row.spec.overrides.filter(({ slot }) => !overrides.some((word) => word.slot === slot));
  const last = new Map(overrides.map((word) => [word.slot, word]));
  const added = [...last.values()].flatMap(({ slot, right }) => (right === 'auto' ? [] : [{ slot, right }]));
  const spec = { ...row.spec, overrides: [...kept, ...added].sort((a, b) => a.slot - b.slot) };
  await catalog.lectures.change(lectureId, { spec });
}
