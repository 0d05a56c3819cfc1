// Webhooks of a room told about a lecture: each once a revision, none at another's expense.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notifyLecture, type NotifyDeps } from '../../../src/activities/lecture/notify.ts';
import type { LectureNews } from '../../../src/activities/lecture/types.ts';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { connectCatalog } from '../../../src/catalog/connect.ts';
import type { WebhookRow } from '../../../src/catalog/lecture-types.ts';
import { lectureSpec } from '../../../src/contract/lecture.ts';
import { roomFields } from '../../../src/contract/room.ts';
import { createWebhooks } from '../../../src/webhook/webhooks.ts';
import { tempDir, type TempDir } from '../../setup/temp-dir.ts';
import { startWebhookServer, status, type WebhookServer } from '../../webhook/webhook-server.ts';
import { inActivity } from '../in-activity.ts';

const lectureId = 'l-1';
const secret = 'canary-5Tw';

let dir: TempDir;
let catalog: Catalog;
let server: WebhookServer;
let deps: NotifyDeps;
beforeEach(async () => {
  dir = await tempDir();
  const files = { file: join(dir.path, 'catalog.sqlite'), keyFile: join(dir.path, 'key') };
  catalog = await connectCatalog({ kind: 'sqlite', ...files });
  server = await startWebhookServer();
  const resolve = async () => ({ address: '127.0.0.1', family: 4 as const });
  deps = { catalog, lecture: { webhooks: createWebhooks({ requestSeconds: 30, resolve }) } };
  await catalog.rooms.put(roomFields.parse({ id: 'A101', name: 'Room 101', timeZone: 'Europe/Moscow' }));
  await catalog.lectures.add({
    ...{ id: lectureId, roomId: 'A101' },
    ...{ startMs: Date.parse('2026-09-14T07:10:00Z'), endMs: Date.parse('2026-09-14T08:40:00Z') },
    spec: lectureSpec.parse({ name: 'Graphs', users: ['anna@example.org'], courses: ['G-1'] }),
  });
  await catalog.publications.record({
    ...{ lectureId, kind: 'drive', target: 'main', state: 'done', url: 'https://drive.example/1' },
  });
});
afterEach(async () => {
  await server.stop();
  await catalog.close();
  await dir.remove();
});

const putWebhook = (name: string, changes: Partial<WebhookRow> = {}): Promise<void> =>
  catalog.webhooks.put({
    ...{ name, kind: 'generic', url: `${server.url}/${name}/${secret}`, rooms: [] },
    ...{ events: ['ready', 'waiting', 'failed'] },
    ...changes,
  });
const notify = (
  news: LectureNews = 'ready',
  { attempt = 1, reason }: { attempt?: number; reason?: string } = {},
) =>
  inActivity(() => notifyLecture(deps, { lectureId, news, ...(reason ? { reason } : {}) }), { attempt })
    .ended;
const paths = (): string[] => server.received.map(({ url }) => url.split('/')[1]!).toSorted();
const publications = async () =>
  (await catalog.publications.listOf(lectureId)).filter(({ kind }) => kind === 'webhook');

describe('a lecture’s news', () => {
  it('reach the webhooks of its room that want them', async () => {
    await putWebhook('all');
    await putWebhook('ours', { rooms: ['B202', 'A101'] });
    await putWebhook('theirs', { rooms: ['B202'] });
    await putWebhook('failures', { events: ['failed'] });
    await notify();
    expect(paths()).toEqual(['all', 'ours']);
    expect(await publications()).toMatchObject([
      { target: 'all/ready', state: 'done' },
      { target: 'ours/ready', state: 'done' },
    ]);
  });

  it('say what the catalog knows, in the local time of the room', async () => {
    await putWebhook('all', {
      template: '{name}|{roomName}|{date}|{start}|{end}|{url}|{users}|{courses}|{reason}',
    });
    await notify('waiting', { reason: 'files are missing' });
    expect(JSON.parse(server.received[0]!.body)).toMatchObject({
      event: 'waiting',
      text: 'Graphs|Room 101|2026-09-14|10:10|11:40|https://drive.example/1|anna@example.org|G-1|files are missing',
      lecture: {
        ...{ id: lectureId, room: 'A101', startAt: '2026-09-14T07:10:00Z', reason: 'files are missing' },
        driveUrl: 'https://drive.example/1',
      },
    });
  });

  it('are told once a revision, and each occasion for itself', async () => {
    await putWebhook('all');
    await notify();
    await notify();
    expect(server.received).toHaveLength(1);
    await notify('failed');
    await catalog.lectures.change(lectureId, { spec: lectureSpec.parse({ name: 'Trees' }) });
    await notify();
    expect(server.received).toHaveLength(3);
  });

  it('of a lecture without webhooks are nobody’s', async () => {
    await notify();
    expect(server.received).toEqual([]);
  });
});

describe('a webhook that cannot be told', () => {
  beforeEach(async () => {
    await putWebhook('a');
    await putWebhook('b');
  });

  it('holds up no other, is written down, and is tried again alone', async () => {
    server.script.push(status(503, { headers: { 'retry-after': '900' } }));
    await expect(notify()).rejects.toMatchObject({ type: 'SourceBusy', details: { retryAfterSeconds: 60 } });
    expect(paths()).toEqual(['a', 'b']);
    const states = (await publications()).map(({ state }) => state);
    expect(states.toSorted()).toEqual(['done', 'failed']);
    await notify();
    expect(server.received).toHaveLength(3);
    expect((await publications()).map(({ state }) => state)).toEqual(['done', 'done']);
  });

  it('is given up after some tries, and the lecture goes on', async () => {
    server.script.push(status(503), status(503));
    await notify('ready', { attempt: 5 });
    expect(await publications()).toMatchObject([{ state: 'failed' }, { state: 'failed' }]);
  });

  it('and refuses for good is not tried again; what it says shows no secret', async () => {
    server.script.push(status(403, { body: secret }), status(404));
    await notify();
    const rows = await publications();
    expect(rows.map(({ state }) => state)).toEqual(['failed', 'failed']);
    expect(rows.every(({ reason }) => (reason ?? '').length > 0)).toBe(true);
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  it('in an activity that is cancelled leaves the news untold', async () => {
    const activity = inActivity(() => notifyLecture(deps, { lectureId, news: 'ready' }));
    server.script.push(
      () => activity.cancel(),
      () => undefined,
    );
    await expect(activity.ended).rejects.toThrow('cancelled by the test');
    expect((await publications()).map(({ state }) => state)).not.toContain('failed');
  });
});
