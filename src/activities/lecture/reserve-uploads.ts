// Ids and folder of a lecture's videos on Drive, fixed in the catalog before a byte is sent: a repeat finds them, in the folder of its day.
import { basename } from 'node:path';
import type { PublicationRow } from '../../catalog/lecture-types.ts';
import type { FilePlace } from '../../google/drive-types.ts';
import { localParts } from '../../domain/calendar.ts';
import { Fault, isFault } from '../../domain/fault.ts';
import { vouchedFor } from '../vouching.ts';
import type { LectureDeps } from './lecture-deps.ts';
import { readLecture } from './lecture-sources.ts';
import type { KnownLecture } from './lecture-sources.ts';
import { callsSeconds, requireGoogle } from './require-google.ts';
import type { PublishRequest, ReservedUpload } from './types.ts';

export async function reserveUploads(deps: LectureDeps, request: PublishRequest): Promise<ReservedUpload[]> {
  const known = await readLecture(deps, request.lectureId);
  return await vouchedFor(callsSeconds, async () => {
    const folderId = await dateFolder(deps, known);
    const reserved: ReservedUpload[] = [];
    for (const { role, path } of request.files) {
      const before = await deps.catalog.publications.get(placeOf(request.lectureId, role));
      const fileId = await reserveId(deps, { lectureId: request.lectureId, role, before });
      const isThere = before?.url !== undefined && before.externalId === fileId;
      const video = { known, fileId, folderId, name: basename(path) };
      const complaint = isThere ? await follow(deps, video) : undefined;
      reserved.push({ role, folderId, fileId, ...(complaint === undefined ? {} : { complaint }) });
    }
    return reserved;
  });
}

type Role = ReservedUpload['role'];

const placeOf = (lectureId: string, target: Role) => ({ lectureId, kind: 'drive', target }) as const;

async function reserveId(
  deps: LectureDeps,
  { lectureId, role, before }: { lectureId: string; role: Role; before: PublicationRow | undefined },
): Promise<string> {
  const { publications } = deps.catalog;
  const place = placeOf(lectureId, role);
  // What was taken back lies in the bin under its id: the new file needs another one.
  if (before?.externalId && before.state !== 'undone') return before.externalId;
  const fresh = await requireGoogle(deps).drive.generateId();
  if (!before) return (await publications.reserve({ ...place, externalId: fresh })).externalId ?? fresh;
  await publications.record({ ...place, state: 'pending', externalId: fresh });
  return fresh;
}

/** The folder of the lecture's day below the room's, as NVR Merger made them. */
async function dateFolder(deps: LectureDeps, { row, room }: KnownLecture): Promise<string> {
  const { folderId: parentId, timeZone } = room.spec;
  if (parentId === undefined) throw new Fault('InputInvalid', `Room ${room.id} has no Drive folder.`);
  const { driveFolders } = deps.catalog;
  const name = localParts(row.startMs, timeZone).date;
  const place = { parentId, name };
  const known = await driveFolders.get(place);
  return await requireGoogle(deps).drive.ensureFolder({
    ...place,
    ...(known === undefined ? {} : { known }),
    reserve: (folderId) => driveFolders.reserve({ ...place, folderId }),
    forget: (folderId) => driveFolders.forget({ ...place, folderId }),
  });
}

interface Following {
  known: KnownLecture;
  fileId: string;
  /** Of the lecture's day. */
  folderId: string;
  name: string;
}

const isDate = /^\d{4}-\d{2}-\d{2}$/;

/**
 * A lecture that was moved to another day takes its video along. One that a person has put elsewhere stays there. Answers what a person
 * has to do when Drive does not let us move it: the video itself is as good as before.
 */
async function follow(deps: LectureDeps, video: Following): Promise<string | undefined> {
  let place: FilePlace | undefined;
  try {
    place = await placeWanted(deps, video);
    if (place) await requireGoogle(deps).drive.place(place);
  } catch (error) {
    // It is gone, or may be read but not touched: what is uploaded next counts.
    if (!isFault(error, 'GonePermanently', 'AuthRejected')) throw error;
    const isMove = place !== undefined && place.fromId !== place.toId;
    if (isMove && isFault(error, 'AuthRejected')) return describeRefusal(video, error);
  }
  return undefined;
}

/** Undefined when it lies where it should, or nowhere. */
async function placeWanted(
  deps: LectureDeps,
  { known, fileId, folderId, name }: Following,
): Promise<FilePlace | undefined> {
  const { drive } = requireGoogle(deps);
  const file = await drive.getFile(fileId);
  if (file.isTrashed || file.parentId === undefined) return undefined;
  const from = file.parentId === folderId ? undefined : await drive.getFile(file.parentId);
  const isOurs = from && from.parentId === known.room.spec.folderId && isDate.test(from.name);
  const toId = isOurs ? folderId : file.parentId;
  if (toId === file.parentId && file.name === name) return undefined;
  return { fileId, name, fromId: file.parentId, toId };
}

const describeRefusal = ({ known, name }: Following, { message }: Fault): string =>
  `The video ${name} stays in the folder of its former day on Drive. ${message} Let our account move it, or move it by hand; then \`longtake lecture retry ${known.row.id}\`.`;
