// Takes over the rooms, sources and records of an old NVR. What is there already stays as it is, so a second import changes nothing.
import type { Catalog } from '../catalog/catalog.ts';
import { isTimeZone } from '../domain/calendar.ts';
import { Fault, isFault } from '../domain/fault.ts';
import type { SkippedRow } from '../nvr-tables/nvr-rows.ts';
import { readNvr } from '../nvr-tables/read-nvr.ts';
import { planNvrLectures, type PlannedLecture } from './nvr-lectures.ts';
import { planNvrRooms, type PlannedCamera, type PlannedRoom } from './nvr-rooms.ts';

export interface NvrImport {
  /** Each: how many were added. */
  rooms: number;
  cameras: number;
  lectures: number;
  /** Rows, or single fields of rows, that were not taken over. */
  skipped: SkippedRow[];
}

type Rows = Pick<Catalog, 'rooms' | 'cameras' | 'lectures' | 'publications'>;

/**
 * Reads the whole database first, then adds rooms, cameras and lectures; broken off in between, it is simply repeated. Lectures that NVR
 * had not made yet are added as pending and not started.
 * @param request dsn `postgres://user:password@host:port/database`; timeZone of its dates and times, IANA or offset
 * @throws Fault InputInvalid, SourceUnreachable, SourceStalled, SourceBusy, AuthRejected, NotFound, ConfigInvalid
 */
export async function importNvr(
  catalog: Rows,
  { dsn, timeZone }: { dsn: string; timeZone: string },
): Promise<NvrImport> {
  if (!isTimeZone(timeZone))
    throw new Fault('InputInvalid', `${JSON.stringify(timeZone.slice(0, 60))} is no time zone.`, {
      remedy: 'Use an IANA name such as Europe/Moscow or an offset such as +03:00.',
    });
  const tables = await readNvr({ dsn, timeZone });
  const skipped = [...tables.skipped];
  const skip = (row: SkippedRow): void => void skipped.push(row);
  const planned = planNvrRooms({ ...tables, timeZone, skip });
  const rooms = await addRooms(catalog, planned);
  const cameras = await addCameras(catalog, { planned, skip });
  const specs = new Map<string, PlannedRoom['spec']>();
  for (const { nvrId, spec } of planned) specs.set(nvrId, (await catalog.rooms.require(spec.id)).spec);
  const lectures = await addLectures(catalog, {
    planned: planNvrLectures({ records: tables.records, rooms: specs, skip }),
    skip,
  });
  return { rooms, cameras, lectures, skipped };
}

async function addRooms({ rooms }: Rows, planned: readonly PlannedRoom[]): Promise<number> {
  let added = 0;
  for (const { spec } of planned) {
    if (await rooms.get(spec.id)) continue;
    await rooms.put(spec);
    added += 1;
  }
  return added;
}

interface CamerasRequest {
  planned: readonly PlannedRoom[];
  skip: (row: SkippedRow) => void;
}

async function addCameras(catalog: Rows, { planned, skip }: CamerasRequest): Promise<number> {
  const all = planned.flatMap(({ cameras }) => cameras);
  const known = new Map(
    (await catalog.cameras.list({ ids: all.map(({ row }) => row.id) })).map((camera) => [camera.id, camera]),
  );
  const fresh = all.filter(({ row }) => !known.has(row.id));
  await catalog.cameras.upsertMany({
    rows: fresh.map(({ row }) => row),
    credentials: fresh.flatMap(({ credentials }) => credentials),
  });
  const isUsable = ({ row, from }: PlannedCamera): boolean => {
    const there = known.get(row.id);
    if (!there || there.archiveUrl) return true;
    skip({ ...from, reason: `camera ${row.id} is there already and has no archive.` });
    return false;
  };
  for (const { spec, cameras } of planned) {
    const { sources } = await catalog.rooms.require(spec.id);
    for (const camera of cameras.filter(isUsable))
      for (const role of camera.roles)
        if (!sources.some((source) => source.role === role && source.camera === camera.row.id))
          await catalog.rooms.addSource(spec.id, { role, camera: camera.row.id });
  }
  return fresh.length;
}

interface LecturesRequest {
  planned: readonly PlannedLecture[];
  skip: (row: SkippedRow) => void;
}

async function addLectures(catalog: Rows, { planned, skip }: LecturesRequest): Promise<number> {
  let added = 0;
  for (const one of planned) {
    const note = (reason: string): void => skip({ table: 'records', id: one.recordId, reason });
    try {
      const { row, joined } = await catalog.lectures.add(one.lecture);
      if (row.id !== one.lecture.id) {
        note(`lecture ${row.id} has its event, or its room and hours.`);
        continue;
      }
      // An import that was broken off after the row is finished by the next one.
      if (row.state === 'pending' && row.revision === 1) await recordOutcome(catalog, one);
      if (!joined) added += 1;
    } catch (error) {
      if (!isFault(error, 'InputInvalid')) throw error;
      note(error.message);
    }
  }
  return added;
}

/** The video before the state: a lecture that is complete has told all. */
async function recordOutcome(
  { lectures, publications }: Rows,
  { lecture, state, reason, video }: PlannedLecture,
): Promise<void> {
  const key = { lectureId: lecture.id, kind: 'drive', target: 'main' } as const;
  if (video && !(await publications.get(key)))
    await publications.record({
      ...key,
      state: 'done',
      url: video.url,
      ...(video.fileId !== undefined && { externalId: video.fileId }),
    });
  if (state !== 'pending') await lectures.record(lecture.id, { state, reason });
}
