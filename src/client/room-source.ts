// Sources of rooms: cameras of the catalog in a role, with an archive that the slots' files come from.
import type { Catalog } from '../catalog/catalog.ts';
import { roomSource, type RoomDocument } from '../contract/room.ts';
import { Fault } from '../domain/fault.ts';
import { addCamera } from './camera.ts';
import { roomDocumentOf } from './room.ts';

type Rooms = Pick<Catalog, 'rooms' | 'cameras'>;

export interface SourceAddition {
  room: string;
  role: string;
  /** Of the catalog; with an archive: the id under which it is made, `<room>-<role>` when absent. */
  camera?: string | undefined;
  /** Makes the camera, in the room's time zone. */
  archive?: { kind: unknown; url: unknown; externalId?: unknown } | undefined;
}

/** Throws Fault NotFound for the room or camera, InputInvalid for a wrong archive and a camera without one. */
export async function addRoomSource(
  catalog: Catalog,
  { room, role, camera, archive }: SourceAddition,
): Promise<RoomDocument> {
  const { id, spec } = await catalog.rooms.require(room);
  const source = readSource({ role, camera: camera ?? `${id}-${role}` });
  if (archive) {
    const { externalId } = archive;
    const fields = {
      id: source.camera,
      name: `${spec.name ?? id}, ${role}`,
      timeZone: spec.timeZone,
      archiveKind: archive.kind,
      archiveUrl: archive.url,
      ...(externalId === undefined ? {} : { externalId }),
    };
    await addCamera(catalog, { fields: withoutAbsent(fields) });
  } else await requireArchive(catalog, source.camera);
  return roomDocumentOf(await catalog.rooms.addSource(id, source));
}

/** Throws Fault NotFound when it is no source of the room. The camera stays. */
export async function removeRoomSource(
  catalog: Rooms,
  { room, role, camera }: { room: string; role: string; camera?: string | undefined },
): Promise<RoomDocument> {
  const { id } = await catalog.rooms.require(room);
  const source = readSource({ role, camera: camera ?? `${id}-${role}` });
  if (!(await catalog.rooms.removeSource(id, source)))
    throw new Fault('NotFound', `Camera ${source.camera} is no ${role} of room ${id}.`, {
      remedy: `\`longtake room show ${JSON.stringify(id)}\` lists its sources.`,
    });
  return roomDocumentOf(await catalog.rooms.require(id));
}

function readSource(source: { role: string; camera: string }) {
  const { success, data, error } = roomSource.safeParse(source);
  if (success) return data;
  const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}.`);
  throw new Fault('InputInvalid', problems.join('\n'));
}

async function requireArchive({ cameras }: Pick<Catalog, 'cameras'>, id: string): Promise<void> {
  const { archiveUrl } = await cameras.require(id);
  if (archiveUrl) return;
  throw new Fault('InputInvalid', `Camera ${id} has no archive; the files of a lecture come from there.`, {
    remedy:
      'Give it one with `longtake camera add`, or name the archive with --archive-kind and --archive-url.',
  });
}

const withoutAbsent = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
