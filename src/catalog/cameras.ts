// The camera inventory: rows without credentials, added all or nothing, listed by site, tag or id.
import { sql, type Selectable } from 'kysely';
import type { ArchiveKind, CameraRow } from '../contract/camera.ts';
import { Fault } from '../domain/fault.ts';
import { inStationRange } from '../domain/station.ts';
import { chunks, fromJson, optional } from './columns.ts';
import { growRevision, putCredentials, type CameraCredential } from './credentials.ts';
import type { Keyring } from './keyring.ts';
import type { CamerasTable, Database } from './tables.ts';

/** A camera as it is stored. Its credentials are read with `credentials.get` only. */
export interface CameraRecord extends CameraRow {
  hasCredentials: boolean;
  /** Grows with every change of a field or of credentials. */
  revision: number;
  updatedMs: number;
}

export interface CameraFilter {
  region?: string | undefined;
  /** Both ends included, in natural order: 9 before 10. */
  stations?: { first: string; last: string } | undefined;
  tag?: string | undefined;
  ids?: readonly string[] | undefined;
  enabledOnly?: boolean | undefined;
}

export interface UpsertCounts {
  added: number;
  changed: number;
  unchanged: number;
}

export interface Cameras {
  /** Adds or replaces rows by id, with credentials for some of them, in one transaction. Credentials not named stay as they are. */
  upsertMany(request: {
    rows: readonly CameraRow[];
    credentials?: readonly CameraCredential[];
  }): Promise<UpsertCounts>;
  get(id: string): Promise<CameraRecord | undefined>;
  /** @throws Fault NotFound */
  require(id: string): Promise<CameraRecord>;
  /** Cameras that fit every given condition, by id. Ids that do not exist are left out. */
  list(filter?: CameraFilter): Promise<CameraRecord[]>;
  /** Removes the camera and its credentials; plans and media stay. */
  remove(id: string): Promise<boolean>;
}

const fields = [
  'name',
  'region',
  'station',
  'timeZone',
  'liveUrl',
  'archiveKind',
  'archiveUrl',
  'externalId',
  'tags',
  'enabled',
] as const;

export function camerasOf({ db, keyring }: Database & { keyring: Keyring }): Cameras {
  const get = async (id: string): Promise<CameraRecord | undefined> => {
    const row = await selectCameras(db).where('id', '=', id).executeTakeFirst();
    return row && cameraRecord(row);
  };

  return {
    async upsertMany({ rows, credentials = [] }) {
      return db.transaction().execute(async (transaction) => {
        const counts = await upsertRows(transaction, rows);
        const resealed = await putCredentials({ db: transaction, keyring, list: credentials });
        const grown = resealed.filter((id) => !counts.touched.has(id));
        await growRevision(transaction, grown);
        const changed = counts.touched.size - counts.added + grown.length;
        return { added: counts.added, changed, unchanged: rows.length - counts.added - changed };
      });
    },
    get,
    async require(id) {
      const camera = await get(id);
      if (!camera) throw new Fault('NotFound', `There is no camera ${JSON.stringify(id)}.`);
      return camera;
    },
    list: (filter) => listCameras(db, filter),
    async remove(id) {
      return db.transaction().execute(async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('cameras')
          .where('id', '=', id)
          .executeTakeFirst();
        return numDeletedRows > 0n;
      });
    },
  };
}

const selectCameras = (db: Database['db']) =>
  db
    .selectFrom('cameras')
    .selectAll()
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom('credentials')
          .select(sql`1`.as('one'))
          .whereRef('credentials.cameraId', '=', 'cameras.id'),
      ).as('hasCredentials'),
    );

async function listCameras(
  db: Database['db'],
  { region, stations, tag, ids, enabledOnly }: CameraFilter = {},
): Promise<CameraRecord[]> {
  let query = selectCameras(db).orderBy('id');
  if (region !== undefined) query = query.where('region', '=', region);
  if (enabledOnly) query = query.where('enabled', '=', 1);
  const records: CameraRecord[] = [];
  for (const some of ids ? chunks([...new Set(ids)].sort(byCodePoint)) : [undefined]) {
    const rows = await (some ? query.where('id', 'in', some) : query).execute();
    // No spread: a call takes about 120,000 arguments.
    for (const row of rows) records.push(cameraRecord(row));
  }
  const isWithin = ({ station }: CameraRecord): boolean =>
    stations === undefined ||
    (station !== undefined && inStationRange(station, stations.first, stations.last));
  return records.filter((camera) => (tag === undefined || camera.tags.includes(tag)) && isWithin(camera));
}

const byCodePoint = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Writes rows that are new or differ; a row equal to the stored one keeps its revision. */
async function upsertRows(db: Database['db'], rows: readonly CameraRow[]) {
  const touched = new Set<string>();
  let added = 0;
  const updatedMs = Date.now();
  // One order for all writers: two imports at once wait for each other instead of deadlocking.
  const ordered = rows.toSorted((a, b) => byCodePoint(a.id, b.id));
  const twice = ordered.find(({ id }, index) => ordered[index + 1]?.id === id);
  if (twice) throw new Fault('InputInvalid', `The camera ${JSON.stringify(twice.id)} is given twice.`);
  for (const some of chunks(ordered)) {
    const written = await db
      .insertInto('cameras')
      .values(some.map((row) => ({ ...cameraColumns(row), updatedMs })))
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet(({ ref, eb }) => ({
            ...Object.fromEntries(fields.map((field) => [field, ref(`excluded.${field}`)])),
            updatedMs,
            revision: eb('cameras.revision', '+', 1),
          }))
          .where(({ or, eb, ref }) =>
            or(fields.map((field) => eb(`cameras.${field}`, 'is distinct from', ref(`excluded.${field}`)))),
          ),
      )
      .returning(['id', 'revision'])
      .execute();
    for (const { id, revision } of written) {
      touched.add(id);
      if (revision === 1) added += 1;
    }
  }
  return { touched, added };
}

function cameraColumns(row: CameraRow) {
  return {
    id: row.id,
    name: row.name ?? null,
    region: row.region ?? null,
    station: row.station ?? null,
    timeZone: row.timeZone,
    liveUrl: row.liveUrl ?? null,
    archiveKind: row.archiveKind ?? null,
    archiveUrl: row.archiveUrl ?? null,
    externalId: row.externalId ?? null,
    tags: JSON.stringify(row.tags),
    enabled: row.enabled ? 1 : 0,
  };
}

function cameraRecord(row: Selectable<CamerasTable> & { hasCredentials: unknown }): CameraRecord {
  return {
    id: row.id,
    ...optional('name', row.name),
    ...optional('region', row.region),
    ...optional('station', row.station),
    timeZone: row.timeZone,
    ...optional('liveUrl', row.liveUrl),
    ...optional('archiveKind', row.archiveKind as ArchiveKind | null),
    ...optional('archiveUrl', row.archiveUrl),
    ...optional('externalId', row.externalId),
    tags: fromJson<string[]>(row.tags),
    enabled: row.enabled === 1,
    hasCredentials: Boolean(row.hasCredentials),
    revision: row.revision,
    updatedMs: row.updatedMs,
  };
}
