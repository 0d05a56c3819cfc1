// What a caller can do with the camera map: hold it against the live database, store it, show it.
import { completeAgainst, readCameras } from '../camera-table/read-cameras.ts';
import type { TableCamera } from '../camera-table/camera-row.ts';
import { databaseOf } from '../camera-table/connection.ts';
import type { Catalog } from '../catalog/catalog.ts';
import {
  cameraMapRequest,
  type CameraMapDocument,
  type CameraMapRequest,
  type CameraMapShown,
} from '../contract/camera-map.ts';
import { Fault } from '../domain/fault.ts';
import { isoFromMs } from '../domain/range.ts';
import { redactUrl } from '../domain/url.ts';

/** Where the address of the cameras' database may come from, the strongest first. */
export interface DsnSources {
  /** PG_DSN. */
  environment?: string | undefined;
  /** --pg-dsn */
  flag?: string | undefined;
  /** The configuration file. */
  file?: string | undefined;
  /** Stored with the map. */
  stored?: string | undefined;
}

/** @throws Fault InputInvalid when there is none */
export function chooseDsn({ environment, flag, file, stored }: DsnSources): string {
  const dsn = environment ?? flag ?? file ?? stored;
  if (dsn !== undefined) return dsn;
  throw new Fault('InputInvalid', 'It is not known where the cameras’ database is.', {
    remedy: 'Set PG_DSN (or give --pg-dsn) to postgres://user:password@host:port/database.',
  });
}

const mostPreviewed = 10;

/**
 * Holds the map against the live table and stores it with the database's address when at least one row, or no row at all, is right.
 * @throws Fault InputInvalid that names everything wrong with the map, and the faults of readCameras; then nothing is stored
 */
export async function saveCameraMap(
  catalog: Catalog,
  { request, dsn, signal }: { request: unknown; dsn: string; signal: AbortSignal },
): Promise<CameraMapDocument> {
  const map = await completeAgainst({ dsn, signal, map: requestOf(request) });
  const { cameras, disabled, disabledRows, problems } = await readCameras({ dsn, signal, map });
  if (cameras.length === 0 && problems.length > 0) {
    const lines = problems
      .slice(0, 5)
      .map(
        ({ row, id, field, message }) =>
          `row ${row}${id === undefined ? '' : ` (${id})`}, ${field}: ${message}`,
      );
    throw new Fault(
      'InputInvalid',
      ['No row can be relayed by this map; it is not stored.', ...lines].join('\n'),
      {
        remedy: 'Correct the map or the rows.',
        errors: problems,
      },
    );
  }
  await catalog.cameraMap.put({ map, dsn });
  const rows = [...cameras.map(previewOf(true)), ...disabled.map(previewOf(false))];
  return {
    map,
    database: databaseOf(dsn),
    cameras: cameras.length,
    disabled: disabledRows,
    problems,
    preview: rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, mostPreviewed),
  };
}

/** The stored map. @throws Fault NotFound */
export async function shownCameraMap(catalog: Catalog): Promise<CameraMapShown> {
  const stored = await catalog.cameraMap.get();
  const dsn = await catalog.cameraMap.dsn();
  if (stored === undefined || dsn === undefined)
    throw new Fault('NotFound', 'No camera map is stored: the cameras of the catalog are relayed.', {
      remedy: 'Store one with `longtake restream map --table cameras …`.',
    });
  return { map: stored.map, database: databaseOf(dsn), updatedAt: isoFromMs(stored.updatedMs) };
}

const previewOf =
  (enabled: boolean) =>
  ({ cameraId, spec, credentials }: TableCamera): CameraMapDocument['preview'][number] => ({
    id: cameraId,
    ...(spec.name === undefined ? {} : { name: spec.name }),
    url: redactUrl(spec.url),
    hasCredentials: credentials !== undefined,
    ...(spec.engine === undefined ? {} : { engine: spec.engine }),
    ...(spec.server === undefined ? {} : { server: spec.server }),
    enabled,
  });

function requestOf(request: unknown): CameraMapRequest {
  const parsed = cameraMapRequest.safeParse(request);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'map'}: ${message}.`);
  throw new Fault('InputInvalid', lines.join('\n'), {
    remedy: '`longtake restream map --help` shows the fields with examples.',
  });
}
