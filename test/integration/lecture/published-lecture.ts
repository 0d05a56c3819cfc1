// What a lecture has left in the stand-in for Google and on the host, as assertions want it.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LectureDocument } from '../../../src/contract/lecture.ts';
import type { LectureFileRole } from '../../../src/contract/lecture-messages.ts';
import { lectureWorkflowId } from '../../../src/contract/ids.ts';
import type { SeenFile } from '../../fakes/google/shelf.ts';
import type { LectureStack } from './lecture-stack.ts';

export const sha256Of = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex');

export function fileOf(document: LectureDocument, role: LectureFileRole): LectureDocument['files'][number] {
  const file = document.files.find((one) => one.role === role);
  if (!file) throw new Error(`lecture ${document.id} has no ${role}`);
  return file;
}

/** The videos of a lecture that stand on Drive outside the bin. */
export const onDrive = ({ google }: LectureStack, lectureId: string): SeenFile[] =>
  google.files().filter(({ appProperties, isTrashed }) => appProperties['ltKey'] === lectureId && !isTrashed);

/** Titles of what is attached to an event. */
export function attachedTo({ google, ids }: LectureStack, eventId: string): string[] {
  const event = google.events(ids.calendarId).find(({ id }) => id === eventId);
  return ((event?.['attachments'] ?? []) as { title?: string }[]).map(({ title }) => title ?? '');
}

/** Posts that name the video. */
export function postsOf(place: LectureStack, fileId: string): { kind: string; state: string }[] {
  return place.google
    .posts()
    .filter(({ resource }) => JSON.stringify(resource).includes(fileId))
    .map(({ kind, state }) => ({ kind, state }));
}

/** Files below a directory of the media root, relative to it. */
export function filesBelow({ stack }: LectureStack, directory: string): string[] {
  const root = stack.media(directory);
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .toSorted();
}

/** Slots that the last run has composed anew; those that it found finished are not among them. */
export async function composedAnew({ stack }: LectureStack, lectureId: string): Promise<number[]> {
  const { events = [] } = await stack.client.workflow.getHandle(lectureWorkflowId(lectureId)).fetchHistory();
  const answers = (events ?? []).flatMap((event) => {
    const data = event.activityTaskCompletedEventAttributes?.result?.payloads?.[0]?.data;
    // Activities that answer nothing have an empty payload.
    return data && data.length > 0
      ? [JSON.parse(Buffer.from(data).toString('utf8')) as { index?: number; isNew?: boolean } | null]
      : [];
  });
  return answers.flatMap((answer) =>
    answer?.isNew === true && answer.index !== undefined ? [answer.index] : [],
  );
}
