// Relays in the catalog: reading them, and the parts of the repository put together.
import { chunks } from './columns.ts';
import type { Credential } from './credentials.ts';
import type { Keyring } from './keyring.ts';
import { wantedFingerprints } from './relay-fingerprint.ts';
import { placesOf } from './relay-places.ts';
import { reportsOf } from './relay-reports.ts';
import { getRelay, relayRow, selectRelays } from './relay-row.ts';
import { credentialsPlace } from './relay-secrets.ts';
import { isPaused, setPaused } from './relay-settings.ts';
import { syncRelays } from './relay-sync.ts';
import { openValue } from './sealed-value.ts';
import { toldOf } from './relay-told.ts';
import type { RelayRow, Relays } from './relay-types.ts';
import type { Database } from './tables.ts';

export function relaysOf(database: Database & { keyring: Keyring }): Relays {
  const { db, keyring } = database;
  return {
    fingerprints: () => wantedFingerprints(db),
    sync: (change) => syncRelays({ db, keyring, ...change }),
    get: (cameraId) => getRelay(db, cameraId),
    getMany: (cameraIds) => getRelays(db, cameraIds),
    async list() {
      return (await selectRelays(db).orderBy('relays.cameraId').execute()).map(relayRow);
    },
    async credentialsOf(cameraId) {
      const row = await db
        .selectFrom('relayCredentials')
        .select(['keyId', 'sealed'])
        .where('cameraId', '=', cameraId)
        .executeTakeFirst();
      const what = `The credentials of the relay of camera ${JSON.stringify(cameraId)}`;
      return row && openValue<Credential>({ keyring, place: credentialsPlace(cameraId), what, ...row });
    },
    ...toldOf(database),
    ...placesOf(database),
    ...reportsOf(database),
    isPaused: () => isPaused(db),
    setPaused: (paused) => setPaused(db, paused),
  };
}

async function getRelays(db: Database['db'], cameraIds: readonly string[]): Promise<RelayRow[]> {
  const found = new Map<string, RelayRow>();
  for (const some of chunks(cameraIds)) {
    const rows = await selectRelays(db).where('relays.cameraId', 'in', some).execute();
    for (const row of rows) found.set(row.cameraId, relayRow(row));
  }
  return cameraIds.flatMap((id) => found.get(id) ?? []);
}
