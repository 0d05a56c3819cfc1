// What must hold after any fault: one of everything at every place, what others made untouched, the same files as in an undisturbed run, nothing left over.
import { join } from 'node:path';
import { expect } from 'vitest';
import type { LectureFile } from '../../../../src/contract/lecture-messages.ts';
import { leftoversIn, type Published } from '../../faults/published.ts';
import type { Step } from '../../faults/step-tail.ts';
import { eventOf, type OrderedLecture, postsOf } from './ordered-lecture.ts';
import { slots } from './recorded-files.ts';

export interface OnceFacts {
  lecture: OrderedLecture;
  lectureId: string;
  /** Files of an undisturbed run. */
  calm: Published;
  /** For the message of a test that fails. */
  where: string;
  /** Bytes that Google itself threw away, with a session that it ended for example: they must be sent again. */
  lostBytes?: () => number;
}

/** What may be sent in all, of what the videos measure. */
const mostSentShare = 1.2;

/** After an end as `complete`. */
export async function expectOnce(facts: OnceFacts): Promise<void> {
  const { lecture, lectureId, calm, where } = facts;
  const { catalog, mediaRoot, exportDir } = lecture.stage;
  expect(lecture.published(), where).toEqual(calm);
  expect(lecture.watch.strangers(calm), where).toEqual([]);
  const work = join(mediaRoot, '.work');
  const roots = [join(mediaRoot, 'lectures'), exportDir];
  expect(leftoversIn({ work, roots }), where).toEqual([]);
  const row = await catalog.lectures.require(lectureId);
  expect(row, where).toMatchObject({ state: 'complete' });
  const publications = await catalog.publications.listOf(lectureId);
  expect(
    publications.filter(({ state }) => state !== 'done'),
    where,
  ).toEqual([]);
  const videos = (row.outcome.files ?? []).filter(({ role }) => role === 'main' || role === 'backup');
  expectOneFileEach(facts, videos);
  const fileId = publications.find(({ kind, target }) => kind === 'drive' && target === 'main')!.externalId!;
  for (const { externalId } of publications.filter(({ kind }) => kind === 'drive'))
    expect(await catalog.uploadSessions.get(externalId!), where).toBeUndefined();
  expectOneAttachment(facts, fileId);
  expectOnePost(facts, fileId);
  expectFewBytes(facts, videos);
  expectEachSlotOnce(facts);
}

/** In the folder of the room: one for the day, and in it each video once; nothing in the trash. */
function expectOneFileEach({ lecture, where }: OnceFacts, videos: LectureFile[]): void {
  const all = lecture.stage.google.files();
  const folders = all.filter(({ parentId }) => parentId === lecture.folderId);
  expect(folders.length, `${where}: folders of the day`).toBe(1);
  const files = all.filter(({ parentId }) => parentId === folders[0]?.id);
  const inDrive = files.map(({ sha256, isTrashed }) => ({ sha256, isTrashed })).toSorted(bySha);
  const made = videos.map(({ sha256 }) => ({ sha256, isTrashed: false })).toSorted(bySha);
  expect(inDrive, where).toEqual(made);
}

const bySha = (a: { sha256?: string | undefined }, b: { sha256?: string | undefined }): number =>
  (a.sha256 ?? '').localeCompare(b.sha256 ?? '');

/** Everything else about the event is as it was. */
function expectOneAttachment({ lecture, where }: OnceFacts, fileId: string): void {
  const before = partsOf(lecture.before.event);
  const now = partsOf(eventOf(lecture.stage, lecture.event));
  expect(now.rest, where).toEqual(before.rest);
  const ours = [{ fileUrl: expect.stringContaining(fileId) as string }];
  expect(now.attachments.length, `${where}: attachments`).toBe(before.attachments.length + ours.length);
  expect(now.attachments, where).toMatchObject([...before.attachments, ...ours]);
}

function partsOf(event: object): { attachments: object[]; rest: object } {
  const { attachments, updated: _, sequence: __, ...rest } = event as Record<string, unknown>;
  return { attachments: attachments as object[], rest };
}

function expectOnePost({ lecture, where }: OnceFacts, fileId: string): void {
  const posts = postsOf(lecture.stage, lecture.courseId);
  expect(posts.slice(0, 1), where).toEqual(lecture.before.posts);
  expect(posts.length, `${where}: posts`).toBe(2);
  expect(posts[1], where).toMatchObject({ kind: 'announcements', state: 'PUBLISHED' });
  expect(JSON.stringify(posts[1]?.resource), where).toContain(fileId);
}

function expectFewBytes({ lecture, where, lostBytes = () => 0 }: OnceFacts, videos: LectureFile[]): void {
  const { journal } = lecture.stage.google;
  const sentBytes = journal.entries
    .slice(lecture.since.requests)
    .filter(({ api }) => api === 'drive.upload.put' || api === 'drive.upload.once')
    .reduce((sum, { receivedBytes }) => sum + receivedBytes, 0);
  const sizeBytes = videos.reduce((sum, { sizeBytes: size }) => sum + size, 0);
  expect(sentBytes, `${where}: bytes sent`).toBeGreaterThanOrEqual(sizeBytes);
  expect(sentBytes, `${where}: bytes sent`).toBeLessThanOrEqual(mostSentShare * sizeBytes + lostBytes());
}

const count = (steps: readonly Step[], name: string): number =>
  steps.filter((step) => step.name === name).length;

/** A slot that had its final name was never encoded again: each got it once. */
function expectEachSlotOnce({ lecture: { stage, since }, where }: OnceFacts): void {
  stage.steps.read();
  const steps = stage.steps.steps.slice(since.steps);
  expect(count(steps, 'keep-slot.rename.before'), where).toBeGreaterThanOrEqual(slots);
  expect(count(steps, 'keep-slot.rename.after'), `${where}: slots finished`).toBeLessThanOrEqual(slots);
}
