// From rooms and sources of an old NVR to rooms, and to cameras whose archive is the room’s Drive folder with the old names.
import type { CameraCredential } from '../catalog/credentials.ts';
import { cameraId, type CameraRow } from '../contract/camera.ts';
import type { SourceRole } from '../contract/lecture-messages.ts';
import { roomFields, type RoomSpec } from '../contract/room.ts';
import { slugOf } from '../domain/slug.ts';
import { percentEncode } from '../domain/url.ts';
import type { NvrRoom, NvrSource, SkippedRow } from '../nvr-tables/nvr-rows.ts';
import { readCameraFields } from './camera-fields.ts';

export interface PlannedCamera {
  row: CameraRow;
  credentials: CameraCredential[];
  /** What it is in its room; none for a camera that only stands there. */
  roles: SourceRole[];
  from: Pick<SkippedRow, 'table' | 'id'>;
}

export interface PlannedRoom {
  nvrId: string;
  spec: RoomSpec;
  cameras: PlannedCamera[];
}

interface Request {
  rooms: readonly NvrRoom[];
  sources: readonly NvrSource[];
  timeZone: string;
  skip: (row: SkippedRow) => void;
}

/** Rooms in the order given. What does not fit is left out and told to `skip`, one field or one row at a time. */
export function planNvrRooms({ rooms, sources, timeZone, skip }: Request): PlannedRoom[] {
  const planned = new Map<string, PlannedRoom>();
  const names = new Set<string>();
  for (const room of rooms) {
    const from = { table: 'rooms', id: room.id } as const;
    if (planned.has(room.id)) {
      skip({ ...from, reason: 'another room has this id.' });
      continue;
    }
    const spec = specOf({
      room,
      id: freeName(room, names),
      timeZone,
      note: (reason) => skip({ ...from, reason }),
    });
    if (!spec) continue;
    names.add(spec.id);
    const own = sources.filter(({ room_id }) => room_id === room.id);
    planned.set(room.id, { nvrId: room.id, spec, cameras: camerasOf({ room, spec, sources: own, skip }) });
  }
  for (const { id, room_id } of sources)
    if (!rooms.some((room) => room.id === room_id))
      skip({ table: 'sources', id, reason: `there is no room with id ${room_id}.` });
  return [...planned.values()];
}

/** The room’s name where it can be one; NVR allowed one name twice. */
function freeName({ name, id }: NvrRoom, taken: ReadonlySet<string>): string {
  const own = cameraId.safeParse(name).success ? name : slugOf(`${name}/`);
  return taken.has(own) ? `${own}-${id}` : own;
}

interface SpecRequest {
  room: NvrRoom;
  id: string;
  timeZone: string;
  note: (reason: string) => void;
}

function specOf({ room, id, timeZone, note }: SpecRequest): RoomSpec | undefined {
  const fields: Record<string, unknown> = {
    id,
    timeZone,
    ...(room.name !== id && { name: room.name.replace(/\p{Cc}+/gu, ' ').slice(0, 200) }),
    ...(room.drive && { folderId: room.drive }),
    ...(room.calendar && { calendarId: room.calendar }),
    // Who had switched the automatic off does not want lectures that nobody asked for.
    ...(!room.auto_control && { intake: false }),
  };
  const columns: Record<string, string> = { folderId: 'drive', calendarId: 'calendar', name: 'name' };
  const first = roomFields.safeParse(fields);
  if (first.success) return first.data;
  for (const { path, message } of first.error.issues) {
    const field = String(path[0]);
    note(`${columns[field] ?? field} is left out; it would be ${message}.`);
    delete fields[field];
  }
  const second = roomFields.safeParse(fields);
  return second.success ? second.data : undefined;
}

interface CamerasRequest {
  room: NvrRoom;
  spec: RoomSpec;
  sources: readonly NvrSource[];
  skip: (row: SkippedRow) => void;
}

const roleColumns = [
  ['lecturer', 'main_source'],
  ['screen', 'screen_source'],
  ['sound', 'sound_source'],
] as const;

interface Found {
  from: Pick<SkippedRow, 'table' | 'id'>;
  ip: string;
  roles: SourceRole[];
  name?: string | undefined;
  live?: string | undefined;
  externalId?: string | undefined;
}

function camerasOf({ room, spec, sources, skip }: CamerasRequest): PlannedCamera[] {
  const found: Found[] = [];
  for (const source of sources) {
    const from = { table: 'sources', id: source.id } as const;
    const ip = ipOf(source.ip);
    if (ip === undefined) skip({ ...from, reason: 'ip is no IPv4 address, so its files have no name.' });
    else found.push({ from, ip, ...ofSource(source) });
  }
  for (const [role, column] of roleColumns) {
    const address = room[column];
    if (address === undefined) continue;
    const ip = ipOf(address);
    const from = { table: 'rooms', id: room.id } as const;
    if (ip === undefined) {
      skip({ ...from, reason: `${column} is left out: it holds no IPv4 address.` });
      continue;
    }
    let camera = found.find((one) => one.live === address || one.ip === ip);
    if (!camera) found.push((camera = { from, ip, roles: [] }));
    camera.live ??= address.includes('://') ? address : undefined;
    camera.roles.push(role);
  }
  return named({ found, room, spec, skip });
}

const ofSource = ({ name, rtsp, merge, external_id }: NvrSource): Omit<Found, 'from' | 'ip'> => ({
  roles: merge?.toLowerCase().endsWith('right') ? ['board'] : [],
  name,
  live: rtsp?.includes('://') ? rtsp : undefined,
  externalId: external_id,
});

/** The IPv4 address that a plain address or URL names as its host. */
function ipOf(text: string): string | undefined {
  const host = text
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/[/?#].*$/s, '')
    .replace(/^.*@/s, '')
    .replace(/:\d+$/, '');
  const isIp =
    /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) && host.split('.').every((octet) => Number(octet) <= 255);
  return isIp ? host : undefined;
}

function named({
  found,
  room,
  spec,
  skip,
}: Omit<CamerasRequest, 'sources'> & { found: Found[] }): PlannedCamera[] {
  if (spec.folderId === undefined) {
    for (const { from } of found)
      skip({ ...from, reason: 'its room has no Drive folder, so there is no archive to read.' });
    return [];
  }
  const ids = new Set<string>();
  return found.flatMap((camera) => {
    const octet = camera.ip.split('.').at(-1) ?? '';
    const plain = `${spec.id}-${octet}`;
    const id = ids.has(plain) ? `${plain}-${camera.from.id}` : plain;
    ids.add(id);
    const fileName = `{date}_{hh}:{mm}_${percentEncode(room.name)}_${octet}.mp4`;
    const fields: Record<string, unknown> = {
      id,
      timeZone: spec.timeZone,
      archiveKind: 'drive',
      archiveUrl: `https://drive.google.com/drive/folders/${spec.folderId}?name=${fileName}`,
      ...(camera.name && { name: camera.name }),
      ...(camera.live && { liveUrl: camera.live }),
      ...(camera.externalId && { externalId: camera.externalId }),
    };
    const read = readable({ fields, note: (reason) => skip({ ...camera.from, reason }) });
    return read ? [{ ...read, roles: camera.roles, from: camera.from }] : [];
  });
}

/** The camera, if need be without those of its fields that do not fit. */
function readable({ fields, note }: { fields: Record<string, unknown>; note: (reason: string) => void }) {
  const columns: Record<string, string> = { liveUrl: 'rtsp', externalId: 'external_id', name: 'name' };
  const first = readCameraFields(fields);
  if (first.row) return { row: first.row, credentials: first.credentials };
  for (const { field, message } of first.problems) {
    const reason = message.replace(/\.$/, '');
    note(field in columns ? `${columns[field]} is left out: ${reason}.` : `${field}: ${reason}.`);
    delete fields[field];
  }
  const { row, credentials } = readCameraFields(fields);
  return row && { row, credentials };
}
