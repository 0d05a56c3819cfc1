// What a caller can do with rooms: add, change, remove, show. Their sources are in room-source.ts.
import type { Catalog } from '../catalog/catalog.ts';
import type { RoomRow } from '../catalog/lecture-types.ts';
import { roomFields, type RoomDocument, type RoomSpec } from '../contract/room.ts';
import { isTimeZone } from '../domain/calendar.ts';
import { Fault } from '../domain/fault.ts';
import { isoFromMs } from '../domain/range.ts';

export type RoomFields = { id: string } & Partial<Record<keyof RoomSpec, unknown>>;

/**
 * Adds a room, or changes the given fields of the one there is; an undefined field goes back to its default. Throws Fault InputInvalid that
 * names every wrong field, NotFound for an export target.
 */
export async function putRoom(
  catalog: Pick<Catalog, 'rooms' | 'targets'>,
  fields: RoomFields,
): Promise<RoomDocument> {
  const known = await catalog.rooms.get(fields.id);
  const spec = readRoom({ ...known?.spec, ...fields });
  for (const target of spec.exports) await catalog.targets.require(target);
  return roomDocumentOf(await catalog.rooms.put(spec));
}

function readRoom(fields: RoomFields): RoomSpec {
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const { success, data, error } = roomFields.safeParse(given);
  const problems = (error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.') || 'room'}: ${message}.`,
  );
  const zone = given['timeZone'];
  if (typeof zone === 'string' && !isTimeZone(zone) && !problems.some((text) => text.startsWith('timeZone')))
    problems.push(`timeZone: ${JSON.stringify(zone)} is no IANA zone and no fixed offset such as +03:00.`);
  if (success && data.calendarId !== undefined && data.calendarFeed !== undefined)
    problems.push('calendarFeed: a room has a Google calendar or a feed, not both.');
  if (success && problems.length === 0) return data;
  throw new Fault('InputInvalid', problems.join('\n'), {
    remedy: '`longtake room add --help` shows the fields.',
  });
}

export const roomDocumentOf = ({ spec, sources, updatedMs }: RoomRow): RoomDocument => ({
  ...spec,
  sources,
  updatedAt: isoFromMs(updatedMs),
});
