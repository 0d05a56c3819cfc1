// Lectures whose files are not there yet: what is waited for, who is told, and what becomes of them when files come, or do not.
import { rename } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelLecture, changeLecture, startLectureNow } from '../../../src/client/lecture-control.ts';
import { lectureWorkflowId } from '../../../src/contract/ids.ts';
import type { LectureDocument } from '../../../src/contract/lecture.ts';
import { eventually } from '../../setup/eventually.ts';
import { startWebhookServer, type WebhookServer } from '../../webhook/webhook-server.ts';
import { firstSlotMs, slotSeconds, startLectureStack } from './lecture-stack.ts';
import type { LectureStack } from './lecture-stack.ts';
import { fileOf, onDrive } from './published-lecture.ts';
import { probe } from './seen-pictures.ts';

let place: LectureStack;
let webhooks: WebhookServer;
beforeAll(async () => {
  [place, webhooks] = await Promise.all([startLectureStack(), startWebhookServer()]);
  await place.stack.catalog.webhooks.put({
    ...{ name: 'news', kind: 'generic', url: `${webhooks.url}/news`, rooms: [] },
    events: ['ready', 'waiting', 'failed'],
  });
});
afterAll(async () => {
  await place[Symbol.asyncDispose]();
  await webhooks.stop();
});

/** Webhooks are told of each lecture in this order. */
const newsOf = (lectureId: string): string[] =>
  webhooks.received
    .map(({ body }) => JSON.parse(body) as { event?: string; lecture?: { id: string } })
    .filter((news) => JSON.stringify(news).includes(lectureId))
    .map((news) => news.event ?? '');

/** The last slot that is over; a lecture that ends with it is ready at any moment from now on that its room says. */
const lastSlot = (): number => Math.floor((Date.now() - firstSlotMs) / 1000 / slotSeconds) - 1;
const hourSeconds = 3600;

const shown = async (id: string, state: LectureDocument['state']): Promise<LectureDocument> => {
  const found = await eventually(
    async () => {
      const document = await place.show(id);
      return document.state === state && document;
    },
    { seconds: 120, what: `a lecture ${state}` },
  );
  if (!found) throw new Error(`lecture ${id} is not ${state}`);
  return found;
};

const detailsOf = async (id: string): Promise<string> => {
  const handle = place.stack.client.workflow.getHandle(lectureWorkflowId(id));
  return ((await handle.query('__temporal_workflow_metadata')) as { currentDetails: string }).currentDetails;
};

describe('files that are not there at the first look', () => {
  it('are waited for, and make the lecture whole when they come', async () => {
    const slot = lastSlot();
    await place.addRoom('late', { readyAfterSeconds: 0, secondTryAfterSeconds: hourSeconds }, [
      'lecturer',
      'screen',
    ]);
    for (const at of [slot - 1, slot]) await place.record('late', 'screen', at);
    await place.record('late', 'lecturer', slot - 1);
    const file = await place.record('late', 'lecturer', slot);
    await rename(file, `${file}.later`);
    const range = { fromSeconds: (slot - 1) * slotSeconds + 3, toSeconds: (slot + 1) * slotSeconds };
    const id = await place.request('late', range);
    const waiting = await shown(id, 'waiting');
    expect(waiting.reason).toMatch(
      /^The lecturer’s file of 1 of 2 slots is not there\. Looking again at 20\d\d-/,
    );
    expect(await detailsOf(id)).toContain('The lecturer’s file of 1 of 2 slots is not there.');
    await eventually(() => newsOf(id).includes('waiting'));
    await rename(`${file}.later`, file);
    await startLectureNow(place.stack, id);
    expect(await place.end(id)).toMatchObject({ state: 'complete' });
    const document = await place.show(id);
    expect(document).toMatchObject({ state: 'complete', missingSeconds: 0 });
    expect(document.reason).toBeUndefined();
    expect(newsOf(id)).toEqual(['waiting', 'ready']);
  });

  it('and never come, make the lecture fail, and say so', async () => {
    const slot = lastSlot();
    await place.addRoom('never', { readyAfterSeconds: 0, secondTryAfterSeconds: hourSeconds });
    const range = { fromSeconds: slot * slotSeconds, toSeconds: (slot + 1) * slotSeconds };
    const id = await place.request('never', range);
    await shown(id, 'waiting');
    await startLectureNow(place.stack, id);
    await expect(place.end(id)).rejects.toThrow();
    expect(await place.show(id)).toMatchObject({ state: 'failed', files: [] });
    expect((await place.show(id)).reason).toContain('Not one file with pictures of any slot is there.');
    expect(newsOf(id)).toEqual(['waiting', 'failed']);
    expect(onDrive(place, id)).toEqual([]);
  });
});

describe('a lecture that waits', () => {
  it('begins when its room says, without a word', async () => {
    const slot = lastSlot();
    await place.addRoom('timed', {}, ['lecturer']);
    await place.record('timed', 'lecturer', slot);
    const endMs = firstSlotMs + (slot + 1) * slotSeconds * 1000;
    const readyAfterSeconds = Math.ceil((Date.now() - endMs) / 1000) + 3;
    await place.addRoom('timed', { readyAfterSeconds, secondTryAfterSeconds: readyAfterSeconds }, []);
    const range = { fromSeconds: slot * slotSeconds, toSeconds: (slot + 1) * slotSeconds };
    const id = await place.request('timed', range);
    expect(await place.end(id)).toMatchObject({ state: 'complete' });
    const { events = [] } = await place.stack.client.workflow.getHandle(lectureWorkflowId(id)).fetchHistory();
    const begun = events?.find(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'claimLecture',
    );
    expect(Number(begun!.eventTime!.seconds) * 1000).toBeGreaterThanOrEqual(
      endMs + (readyAfterSeconds - 1) * 1000,
    );
  });

  it('takes an earlier end and a word for a pane while it waits', async () => {
    const slot = lastSlot();
    await place.addRoom('moved', { readyAfterSeconds: 0, secondTryAfterSeconds: 0 });
    for (const role of ['lecturer', 'screen'] as const) await place.record('moved', role, slot);
    const fromMs = firstSlotMs + slot * slotSeconds * 1000;
    const range = { fromSeconds: slot * slotSeconds, toSeconds: slot * slotSeconds + 300 };
    const id = await place.request('moved', range);
    expect((await shown(id, 'waiting')).reason).toContain('for the files of 30 slots');
    const end = new Date(fromMs + 6000).toISOString().slice(11, 19);
    const endDate = new Date(fromMs + 6000).toISOString().slice(0, 10);
    await changeLecture(place.stack, { id, hours: { end, endDate } });
    expect(await place.end(id)).toMatchObject({ state: 'complete' });
    expect((await probe(place.stack.media(fileOf(await place.show(id), 'main').path))).frames).toBe(60);
  });

  it('ends when it is cancelled', async () => {
    const slot = lastSlot();
    await place.addRoom('off', { readyAfterSeconds: hourSeconds });
    const id = await place.request('off', { fromSeconds: slot * 10, toSeconds: slot * 10 + 10 });
    await shown(id, 'waiting');
    await cancelLecture(place.stack, { id, undo: false });
    expect(await place.end(id)).toMatchObject({ state: 'cancelled' });
    expect(await place.show(id)).toMatchObject({ state: 'cancelled', publications: [] });
    expect(newsOf(id)).toEqual([]);
  });
});
