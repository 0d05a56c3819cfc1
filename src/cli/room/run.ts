// `room add`, `list`, `show` and `rm`.
import { openTemporal } from '../../client/connect.ts';
import { tellIntake } from '../../client/room-intake.ts';
import { putRoom, roomDocumentOf } from '../../client/room.ts';
import { lectureIntakeWorkflowId } from '../../contract/ids.ts';
import type { roomDocument, RoomDocument, roomList, roomRemoved } from '../../contract/room.ts';
import { printJson } from '../output/json.ts';
import { renderTable } from '../output/table.ts';
import type { Invocation } from '../perform.ts';
import { withCatalog, type Session } from '../session.ts';
import { roomFieldsOf } from './room-flags.ts';

export const addRoom = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async (session) => {
    const { terminal, args, flags, json, catalog } = session;
    const [id = ''] = args;
    const known = await catalog.rooms.get(id);
    const room = await putRoom(catalog, roomFieldsOf(id, flags));
    if (hasCalendar(room) || (known && hasCalendar(known.spec)))
      await tellReader(session, { roomId: id, otherwise: `say \`longtake room add ${id}\` again` });
    if (json) return printJson<typeof roomDocument>(terminal, room);
    terminal.out(`Room ${id} saved.`);
    if (room.sources.length === 0)
      terminal.out(`Name its cameras: longtake room source add ${id} --role lecturer …`);
    const keep = room.sources.length > 0 && known && known.spec.timeZone !== room.timeZone;
    if (keep) terminal.err('Cameras of its sources keep their own zones: see `longtake camera show`.');
  });

const hasCalendar = ({ calendarId, calendarFeed }: Partial<RoomDocument>): boolean =>
  calendarId !== undefined || calendarFeed !== undefined;

/** The room is saved whatever comes of this. @param told otherwise: what a person can do about it */
async function tellReader(
  { catalog, config, terminal }: Session,
  { roomId, otherwise }: { roomId: string; otherwise: string },
): Promise<void> {
  try {
    const temporal = await openTemporal(config.temporal);
    try {
      await tellIntake(temporal.client, { roomId, room: await catalog.rooms.get(roomId) });
    } finally {
      await temporal.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    terminal.err(
      `The reader of its calendar has not been told: ${reason} Once Temporal is up, ${otherwise}.`,
    );
  }
}

export const listRooms = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, json, catalog }) => {
    const rooms = (await catalog.rooms.list()).map(roomDocumentOf);
    if (json) return printJson<typeof roomList>(terminal, rooms);
    if (rooms.length === 0) return terminal.out('No rooms. Add one with: longtake room add --help');
    terminal.out(
      renderTable(
        ['room', 'name', 'zone', 'sources', 'folder', 'calendar'],
        rooms.map((room) => [
          room.id,
          room.name ?? '',
          room.timeZone,
          [...new Set(room.sources.map(({ role }) => role))].join(' '),
          room.folderId ?? '',
          room.calendarId ?? room.calendarFeed ?? '',
        ]),
      ),
    );
  });

export const showRoom = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, args, json, catalog }) => {
    const room = roomDocumentOf(await catalog.rooms.require(args[0] ?? ''));
    if (json) return printJson<typeof roomDocument>(terminal, room);
    const { sources, ...fields } = room;
    const rows = Object.entries(fields).map(([field, value]) => [field, shown(value)]);
    terminal.out(renderTable(['field', 'value'], rows));
    if (sources.length === 0) return terminal.out('\nNo sources yet: longtake room source add --help');
    const cameras = new Map(
      (await catalog.cameras.list({ ids: sources.map(({ camera }) => camera) })).map((row) => [row.id, row]),
    );
    const sourceRows = sources.map(({ role, camera }) => {
      const { archiveKind = '', archiveUrl = '', externalId = '' } = cameras.get(camera) ?? {};
      return [role, camera, archiveKind, archiveUrl, externalId];
    });
    terminal.out(`\n${renderTable(['role', 'camera', 'archive', 'address', 'external id'], sourceRows)}`);
  });

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'object' && value !== null) return Object.values(value).join(':');
  return String(value);
}

export const removeRoom = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async (session) => {
    const { terminal, args, json, catalog } = session;
    const [id = ''] = args;
    const { spec } = await catalog.rooms.require(id);
    await catalog.rooms.remove(id);
    const otherwise = `send \`roomChanged\` to the workflow ${lectureIntakeWorkflowId(id)}`;
    if (hasCalendar(spec)) await tellReader(session, { roomId: id, otherwise });
    if (json) return printJson<typeof roomRemoved>(terminal, { id, removed: true });
    terminal.out(`Room ${id} removed; its cameras, lectures and files stay.`);
  });
