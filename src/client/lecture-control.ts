// Words to lectures by workflow id: to the run there is, or to one that is started for it and takes over what earlier ones have left.
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import type { LectureRow } from '../catalog/lecture-types.ts';
import { lectureWorkflowId } from '../contract/ids.ts';
import * as messages from '../contract/lecture-messages.ts';
import type { LectureProgress, PaneOverride } from '../contract/lecture-messages.ts';
import type { LectureSpec } from '../contract/lecture.ts';
import { lectureStart } from '../contract/lecture-start.ts';
import type { LayoutName } from '../domain/lecture-layout.ts';
import { Fault } from '../domain/fault.ts';
import { lectureSlots } from '../domain/lecture-slots.ts';
import { type HoursChange, movedRange } from './lecture-hours.ts';
import { type LectureRooms, startOf } from './lecture.ts';

export interface LectureDoor {
  catalog: LectureRooms;
  client: Client;
}

/** Tries again what failed or is unclear. Throws Fault NotFound; InputInvalid for a cancelled lecture. */
export async function retryLecture(door: LectureDoor, id: string): Promise<string> {
  const row = await requireOpen(door, id);
  return tell(door, { row, signal: messages.retryLecture, args: [] });
}

/** Throws Fault NotFound; InputInvalid for a slot that the lecture does not have, and for a cancelled lecture. */
export async function renderLecture(
  door: LectureDoor,
  { id, overrides }: { id: string; overrides: PaneOverride[] },
): Promise<string> {
  const row = await requireOpen(door, id);
  const { spec: room } = await door.catalog.rooms.require(row.roomId);
  const last = lectureSlots({ ...room, startMs: row.startMs, endMs: row.endMs }).length - 1;
  const unknown = overrides.find(({ slot }) => slot > last);
  if (unknown)
    throw new Fault('InputInvalid', `Lecture ${id} has no slot ${unknown.slot}: they are 0 to ${last}.`);
  const spec = { ...row.spec, overrides: mergedOverrides(row.spec.overrides, overrides) };
  await door.catalog.lectures.change(id, { spec });
  // Each word travels by itself too: of two people who choose at once, the later row alone would win.
  for (const override of overrides) await tell(door, { row, signal: messages.choosePane, args: [override] });
  return lectureWorkflowId(id);
}

/** The later word for a slot counts; `auto` takes it back. In order of slots. */
export function mergedOverrides(
  known: LectureSpec['overrides'],
  words: readonly PaneOverride[],
): LectureSpec['overrides'] {
  const bySlot = new Map(known.map((override) => [override.slot, override.right]));
  for (const { slot, right } of words) {
    if (right === 'auto') bySlot.delete(slot);
    else bySlot.set(slot, right);
  }
  return [...bySlot].map(([slot, right]) => ({ slot, right })).toSorted((a, b) => a.slot - b.slot);
}

export interface LectureNewFacts {
  id: string;
  hours?: HoursChange;
  name?: string;
  layout?: LayoutName;
}

/** Moves, shortens or renames a lecture. Throws Fault NotFound; InputInvalid, also for a cancelled lecture. */
export async function changeLecture(
  door: LectureDoor,
  { id, hours = {}, name, layout }: LectureNewFacts,
): Promise<string> {
  const row = await requireOpen(door, id);
  const { spec } = await door.catalog.rooms.require(row.roomId);
  const range = movedRange(row, { change: hours, timeZone: spec.timeZone });
  const changed = await door.catalog.lectures.change(id, {
    ...range,
    spec: {
      ...row.spec,
      ...(name === undefined ? {} : { name }),
      ...(layout === undefined ? {} : { layout }),
    },
  });
  return tell(door, { row: changed, signal: messages.lectureChanged, args: [] });
}

/**
 * Ends a lecture in order; with `undo` what was published is taken back, of one that has ended too. Throws Fault NotFound; InputInvalid
 * for one that is published, unless it is undone.
 */
export async function cancelLecture(
  door: LectureDoor,
  { id, undo }: { id: string; undo: boolean },
): Promise<string> {
  const { catalog, client } = door;
  await catalog.lectures.require(id);
  if (await signalled(client, id, { signal: messages.cancelLecture, args: [{ undo }] }))
    return lectureWorkflowId(id);
  // Read after the look at the run: what it came to stands in the row now.
  const row = await catalog.lectures.require(id);
  if (row.state === 'cancelled' && !undo) return lectureWorkflowId(id);
  if ((row.state === 'complete' || row.state === 'incomplete') && !undo)
    throw new Fault('InputInvalid', `Lecture ${id} is published (${row.state}).`, {
      remedy: `To take back what was published: longtake lecture cancel ${id} --undo`,
    });
  return tell(door, { row, signal: messages.cancelLecture, args: [{ undo }] });
}

/** Waits no longer for files. Throws Fault NotFound, also when the lecture does not run. */
export async function startLectureNow({ catalog, client }: LectureDoor, id: string): Promise<string> {
  await catalog.lectures.require(id);
  if (await signalled(client, id, { signal: messages.startNow, args: [] })) return lectureWorkflowId(id);
  throw new Fault('NotFound', `Lecture ${id} does not run.`, {
    remedy: `See what became of it with \`longtake lecture show ${id}\`; \`longtake lecture retry ${id}\` runs it again.`,
  });
}

/** What the running lecture says about itself; undefined when it has never run or no worker answers within 5 s. */
export async function queryLecture(client: Client, id: string): Promise<LectureProgress | undefined> {
  try {
    return await client.withDeadline(Date.now() + 5000, () =>
      client.workflow.getHandle(lectureWorkflowId(id)).query(messages.lectureProgress),
    );
  } catch {
    return undefined;
  }
}

/** How the run of the lecture's workflow stands; undefined when there is none. */
export async function lectureRunStatus(client: Client, id: string): Promise<string | undefined> {
  try {
    return (await client.workflow.getHandle(lectureWorkflowId(id)).describe()).status.name;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

async function requireOpen({ catalog }: LectureDoor, id: string): Promise<LectureRow> {
  const row = await catalog.lectures.require(id);
  if (row.state !== 'cancelled') return row;
  throw new Fault('InputInvalid', `Lecture ${id} is cancelled.`, {
    remedy:
      'Request it again with `longtake lecture request`: a cancelled lecture does not stand in the way.',
  });
}

interface Word<Args extends unknown[]> {
  signal: SignalDefinition<Args>;
  args: Args;
}

/** To the run there is, or to one that begins with this word and takes over what is finished. */
async function tell<Args extends unknown[]>(
  { catalog, client }: LectureDoor,
  { row, signal, args }: Word<Args> & { row: LectureRow },
): Promise<string> {
  // A room may be gone while its lectures stay.
  const timeZone = (await catalog.rooms.get(row.roomId))?.spec.timeZone ?? 'UTC';
  const start = lectureStart({ ...startOf(row, timeZone), rerun: true });
  const word: { signal: string; signalArgs: unknown[] } = { signal: signal.name, signalArgs: args };
  await client.workflow.signalWithStart('lecture', { ...start, ...word });
  return start.workflowId;
}

/** False when the lecture does not run. */
async function signalled<Args extends unknown[]>(
  client: Client,
  id: string,
  { signal, args }: Word<Args>,
): Promise<boolean> {
  try {
    await client.workflow.getHandle(lectureWorkflowId(id)).signal(signal, ...args);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
