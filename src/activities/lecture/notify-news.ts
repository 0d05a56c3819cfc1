// What webhooks are told of a lecture, from the catalog: its facts in the room's local time, and its document.
import type { Catalog } from '../../catalog/catalog.ts';
import type { LectureRow, PublicationRow, RoomRow } from '../../catalog/lecture-types.ts';
import { localParts } from '../../domain/calendar.ts';
import { durationText } from '../../domain/duration-text.ts';
import { toInstantRange } from '../../domain/range.ts';
import type { WebhookNews } from '../../webhook/webhook-message.ts';
import type { LectureNews } from './types.ts';

type NewsCatalog = Pick<Catalog, 'rooms' | 'publications' | 'cameras'>;

/** The reason is that of the news, or else the row's. */
export async function newsOf(
  catalog: NewsCatalog,
  { row, news, reason = row.reason }: { row: LectureRow; news: LectureNews; reason?: string | undefined },
): Promise<WebhookNews> {
  const room = await catalog.rooms.get(row.roomId);
  const publications = (await catalog.publications.listOf(row.id)).filter(({ kind }) => kind !== 'webhook');
  const cameraIp = await cameraIpOf(catalog, room);
  const { startAt, endAt } = toInstantRange(row);
  const { timeZone = 'Etc/UTC', name: roomName = row.roomId } = room?.spec ?? {};
  const [start, end] = [localParts(row.startMs, timeZone), localParts(row.endMs, timeZone)];
  const { name, users, courses } = row.spec;
  const missingSeconds = row.outcome.missingSeconds ?? 0;
  const urls = { driveUrl: urlOf(publications, 'main'), backupUrl: urlOf(publications, 'backup') };
  const known = Object.fromEntries(
    Object.entries({ reason, ...urls }).filter(([, value]) => value !== undefined),
  );
  return {
    occasion: news,
    users,
    ...(cameraIp === undefined ? {} : { cameraIp }),
    facts: {
      ...{ id: row.id, event: news, name, room: row.roomId, roomName, state: row.state, startAt, endAt },
      ...{ date: start.date, start: `${start.hh}:${start.mm}`, end: `${end.hh}:${end.mm}` },
      ...{ users: users.join(', '), courses: courses.join(', ') },
      missing: durationText(missingSeconds),
      reason: reason ?? '',
      url: urls.driveUrl ?? '',
      backupUrl: urls.backupUrl ?? '',
    },
    document: {
      ...{ id: row.id, room: row.roomId, roomName, timeZone, name, startAt, endAt, state: row.state },
      ...{ users, courses, missingSeconds, ...known, ...(row.event ? { event: row.event } : {}) },
      publications: publications.map(({ kind, target, state, url }) => ({
        ...{ kind, target, state },
        ...(url === undefined ? {} : { url }),
      })),
    },
  };
}

const urlOf = (publications: readonly PublicationRow[], role: 'main' | 'backup'): string | undefined =>
  publications.find(({ kind, target, state }) => kind === 'drive' && target === role && state === 'done')
    ?.url;

/** The search archive knows lectures by the camera that saw them. */
async function cameraIpOf(catalog: NewsCatalog, room: RoomRow | undefined): Promise<string | undefined> {
  const source = room?.sources.find(({ role }) => role === 'lecturer');
  const camera = source && (await catalog.cameras.get(source.camera));
  const host = /^[a-z]+:\/\/(?:[^/?#@]*@)?([^/?#:@[\]{}]+)/i.exec(camera?.liveUrl ?? '')?.[1];
  return host === '' ? undefined : host;
}
