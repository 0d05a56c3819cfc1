// The one way into the catalog: connects, brings the schema up to date, and hands out the repositories.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CamelCasePlugin, Kysely, sql } from 'kysely';
import { calendarCursorsOf } from './calendar-cursors.ts';
import { cameraDaysOf } from './camera-days.ts';
import { cameraMapsOf } from './camera-map.ts';
import { camerasOf } from './cameras.ts';
import type { Catalog } from './catalog.ts';
import { catalogFault, guarded } from './catalog-fault.ts';
import { courseCodesOf } from './course-codes.ts';
import { credentialsOf } from './credentials.ts';
import { driveFoldersOf } from './drive-folders.ts';
import { hostsOf } from './hosts.ts';
import { keyringOf } from './keyring.ts';
import { lecturesOf } from './lectures.ts';
import { migrate } from './migrate.ts';
import { noSignalPicturesOf } from './no-signal-pictures.ts';
import { plansOf } from './plans.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { publicationsOf } from './publications.ts';
import { relayServersOf } from './relay-servers.ts';
import { relaysOf } from './relays.ts';
import { roomsOf } from './rooms.ts';
import { segmentsOf } from './segments.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { targetsOf } from './targets.ts';
import { uploadSessionsOf } from './upload-sessions.ts';
import { webhooksOf } from './webhooks.ts';
import type { CatalogKind, Tables } from './tables.ts';

/** `keyFile` seals credentials; a process without it handles none. */
export type CatalogOptions = { keyFile?: string | undefined } & (
  { kind: 'sqlite'; file: string; busyMs?: number } | { kind: 'postgres'; url: string; connections?: number }
);

/**
 * Connects and migrates under a lock; any number of processes may do so at once.
 * @throws Fault CatalogUnavailable when the database does not answer, ConfigInvalid when a newer Longtake has migrated it
 */
export async function connectCatalog(options: CatalogOptions): Promise<Catalog> {
  try {
    if (options.kind === 'sqlite') await mkdir(dirname(options.file), { recursive: true, mode: 0o700 });
    const db = new Kysely<Tables>({
      dialect: options.kind === 'sqlite' ? sqliteDialect(options) : postgresDialect(options),
      plugins: [new CamelCasePlugin()],
    });
    try {
      await migrate({ kind: options.kind, db: db.withoutPlugins() as Kysely<unknown> });
    } catch (error) {
      await db.destroy();
      throw error;
    }
    return catalogOf({ kind: options.kind, db, keyFile: options.keyFile });
  } catch (error) {
    throw catalogFault(error);
  }
}

function catalogOf({
  kind,
  db,
  keyFile,
}: {
  kind: CatalogKind;
  db: Kysely<Tables>;
  keyFile: string | undefined;
}): Catalog {
  const database = { kind, db, keyring: keyringOf(keyFile) };
  return {
    kind,
    cameras: guarded(camerasOf(database)),
    credentials: guarded(credentialsOf(database)),
    targets: guarded(targetsOf(database)),
    plans: guarded(plansOf(database)),
    cameraDays: guarded(cameraDaysOf(database)),
    segments: guarded(segmentsOf(database)),
    hosts: guarded(hostsOf(database)),
    relays: guarded(relaysOf(database)),
    relayServers: guarded(relayServersOf(database)),
    cameraMap: guarded(cameraMapsOf(database)),
    rooms: guarded(roomsOf(database)),
    lectures: guarded(lecturesOf(database)),
    publications: guarded(publicationsOf(database)),
    driveFolders: guarded(driveFoldersOf(database)),
    uploadSessions: guarded(uploadSessionsOf(database)),
    noSignalPictures: guarded(noSignalPicturesOf(database)),
    courseCodes: guarded(courseCodesOf(database)),
    calendarCursors: guarded(calendarCursorsOf(database)),
    webhooks: guarded(webhooksOf(database)),
    ...guarded({
      ping: async () => {
        await sql`select 1`.execute(db);
      },
    }),
    close: () => db.destroy(),
  };
}
