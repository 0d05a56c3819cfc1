// Brings the stored list of relays to the list that was read: thousands of rows in one transaction, of which only those that differ are written.
import { sql } from 'kysely';
import { chunks } from './columns.ts';
import type { Keyring } from './keyring.ts';
import type { SealingKey } from './key-file.ts';
import { fingerprintsOf, wantedFingerprints } from './relay-fingerprint.ts';
import { credentialsPlace } from './relay-secrets.ts';
import { lockRelays } from './relay-settings.ts';
import type { Relays, WantedRelay } from './relay-types.ts';
import { sealValue } from './sealed-value.ts';
import type { Database } from './tables.ts';

type Transaction = Database['db'];

export interface SyncRequest {
  db: Database['db'];
  keyring: Keyring;
  cameras: readonly WantedRelay[];
  gone: readonly string[];
}

export async function syncRelays({ db, keyring, cameras, gone }: SyncRequest): ReturnType<Relays['sync']> {
  const fingerprints = await fingerprintsOf({ db, keyring, cameras });
  const stored = await wantedFingerprints(db);
  const others = cameras.filter(({ cameraId: id }) => stored.get(id) !== fingerprints.get(id));
  const leaving = gone.filter((id) => stored.has(id) && !fingerprints.has(id));
  const counts = { added: 0, changed: 0, gone: 0 };
  // The whole list comes with every poll, and nearly every time it brings nothing.
  if (others.length + leaving.length === 0) return counts;
  await db.transaction().execute(async (transaction) => {
    const floor = await lockRelays(transaction);
    for (const some of chunks(others)) {
      const { added, changed } = await differing({ db: transaction, cameras: some, fingerprints });
      counts.added += added.length;
      counts.changed += changed.length;
      const written = [...added, ...changed];
      await upsertRelays({ db: transaction, floor, fingerprints, cameras: written });
      await putCredentials({ db: transaction, keyring, cameras: written });
    }
    for (const some of chunks(leaving)) counts.gone += await unwant(transaction, some);
  });
  return counts;
}

interface Part {
  db: Transaction;
  cameras: readonly WantedRelay[];
}

async function differing({ db, cameras, fingerprints }: Part & { fingerprints: Map<string, string> }) {
  const rows = await db
    .selectFrom('relays')
    .select(['cameraId', 'fingerprint', 'wanted'])
    .where('cameraId', 'in', idsOf(cameras))
    .execute();
  const stored = new Map(rows.map((row) => [row.cameraId, row]));
  const isWanted = (id: string): boolean => stored.get(id)?.wanted === 1;
  return {
    added: cameras.filter(({ cameraId }) => !isWanted(cameraId)),
    changed: cameras.filter(
      ({ cameraId: id }) => isWanted(id) && stored.get(id)?.fingerprint !== fingerprints.get(id),
    ),
  };
}

async function upsertRelays({
  db,
  floor,
  fingerprints,
  cameras,
}: Part & { floor: number; fingerprints: Map<string, string> }): Promise<void> {
  if (cameras.length === 0) return;
  const rows = cameras.map(({ cameraId, spec }) => ({
    cameraId,
    spec: JSON.stringify(spec),
    fingerprint: fingerprints.get(cameraId) ?? '',
    revision: floor + 1,
    startRevision: floor + 1,
    epoch: floor,
    wanted: 1,
  }));
  await db
    .insertInto('relays')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('cameraId').doUpdateSet(({ ref }) => ({
        spec: ref('excluded.spec'),
        fingerprint: ref('excluded.fingerprint'),
        wanted: 1,
        revision: sql<number>`relays.revision + 1`,
        // A workflow that was told to retire has ended, or is about to.
        startRevision: sql<number>`case when relays.wanted = 0 and relays.told_revision >= relays.revision
          then relays.revision + 1 else relays.start_revision end`,
      })),
    )
    .execute();
}

async function putCredentials({ db, keyring, cameras }: Part & { keyring: Keyring }): Promise<void> {
  const bare = idsOf(cameras.filter(({ credentials }) => credentials === undefined));
  if (bare.length > 0) await db.deleteFrom('relayCredentials').where('cameraId', 'in', bare).execute();
  if (bare.length === cameras.length) return;
  const key = await keyring.forSealing(db);
  await db
    .insertInto('relayCredentials')
    .values(cameras.flatMap((camera) => sealedRow(key, camera)))
    .onConflict((conflict) =>
      conflict
        .column('cameraId')
        .doUpdateSet(({ ref }) => ({ keyId: ref('excluded.keyId'), sealed: ref('excluded.sealed') })),
    )
    .execute();
}

function sealedRow(key: SealingKey, { cameraId, credentials }: WantedRelay) {
  if (credentials === undefined) return [];
  const { user, password } = credentials;
  return [{ cameraId, ...sealValue({ key, place: credentialsPlace(cameraId), value: { user, password } }) }];
}

async function unwant(db: Transaction, cameraIds: readonly string[]): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('relays')
    .set(({ eb }) => ({ wanted: 0, revision: eb('revision', '+', 1) }))
    .where('cameraId', 'in', cameraIds)
    .where('wanted', '=', 1)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

const idsOf = (cameras: readonly WantedRelay[]): string[] => cameras.map(({ cameraId }) => cameraId);
