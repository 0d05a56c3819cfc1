// Users and passwords of cameras, sealed, in a table of their own that no listing reads.
import { Fault } from '../domain/fault.ts';
import { chunks } from './columns.ts';
import type { Keyring } from './keyring.ts';
import { seal, unseal } from './sealing.ts';
import type { CredentialsTable, Database } from './tables.ts';

/** Which URL of a camera the credentials belong to. */
export type CredentialField = 'live' | 'archive';

export interface Credential {
  user: string;
  password: string;
}

export interface CameraCredential extends Credential {
  cameraId: string;
  field: CredentialField;
}

export interface Credentials {
  /** Stores or replaces; the camera's revision grows when they differ. @throws Fault NotFound without such a camera */
  put(cameraId: string, field: CredentialField, credential: Credential): Promise<void>;
  get(cameraId: string, field: CredentialField): Promise<Credential | undefined>;
  /** Removes one field, or both when `field` is absent; false when there was none. */
  remove(cameraId: string, field?: CredentialField): Promise<boolean>;
}

export function credentialsOf({ db, keyring }: Database & { keyring: Keyring }): Credentials {
  return {
    async put(cameraId, field, credential) {
      await db.transaction().execute(async (transaction) => {
        const changed = await putCredentials({
          db: transaction,
          keyring,
          list: [{ cameraId, field, ...credential }],
        });
        await growRevision(transaction, changed);
      });
    },
    async get(cameraId, field) {
      const row = await db
        .selectFrom('credentials')
        .select(['keyId', 'sealed'])
        .where('cameraId', '=', cameraId)
        .where('field', '=', field)
        .executeTakeFirst();
      return row && open({ keyring, cameraId, field, ...row });
    },
    async remove(cameraId, field) {
      return db.transaction().execute(async (transaction) => {
        let query = transaction.deleteFrom('credentials').where('cameraId', '=', cameraId);
        if (field !== undefined) query = query.where('field', '=', field);
        const { numDeletedRows } = await query.executeTakeFirst();
        if (numDeletedRows > 0n) await growRevision(transaction, [cameraId]);
        return numDeletedRows > 0n;
      });
    },
  };
}

const placeOf = (cameraId: string, field: string): string => `${cameraId}|${field}`;

async function open(row: {
  keyring: Keyring;
  cameraId: string;
  field: string;
  keyId: string;
  sealed: string;
}): Promise<Credential> {
  const key = await row.keyring.forOpening(row.keyId);
  const text = unseal({ key, place: placeOf(row.cameraId, row.field), sealed: row.sealed });
  if (text === undefined) {
    throw new Fault(
      'ConfigInvalid',
      `The ${row.field} credentials of camera ${row.cameraId} do not open; store them again.`,
    );
  }
  return JSON.parse(text) as Credential;
}

interface PutRequest {
  db: Database['db'];
  keyring: Keyring;
  list: readonly CameraCredential[];
}

/** Writes those that differ from what is stored; answers the ids of cameras for which something changed. */
export async function putCredentials({ db, keyring, list }: PutRequest): Promise<string[]> {
  if (list.length === 0) return [];
  const key = await keyring.forSealing(db);
  const changed = new Set<string>();
  for (const some of chunks([
    ...new Map(list.map((one) => [placeOf(one.cameraId, one.field), one])).values(),
  ])) {
    const stored = await storedAt(
      db,
      some.map(({ cameraId }) => cameraId),
    );
    const rows = some.flatMap(({ cameraId, field, user, password }) => {
      const place = placeOf(cameraId, field);
      const text = JSON.stringify({ user, password });
      const sealed = stored.get(place);
      if (sealed !== undefined && unseal({ key, place, sealed }) === text) return [];
      changed.add(cameraId);
      return [{ cameraId, field, keyId: key.id, sealed: seal({ key, place, text }) }];
    });
    if (rows.length > 0) await upsertSealed(db, rows);
  }
  return [...changed];
}

/** What is stored for these cameras, by place. @throws Fault NotFound when one of them does not exist */
async function storedAt(db: Database['db'], cameraIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('cameras')
    .leftJoin('credentials', 'credentials.cameraId', 'cameras.id')
    .select(['cameras.id', 'credentials.field', 'credentials.sealed'])
    .where('cameras.id', 'in', cameraIds)
    .execute();
  const known = new Set(rows.map(({ id }) => id));
  const absent = cameraIds.find((id) => !known.has(id));
  if (absent !== undefined) throw new Fault('NotFound', `There is no camera ${JSON.stringify(absent)}.`);
  return new Map(
    rows.flatMap(({ id, field, sealed }) => (field && sealed ? [[placeOf(id, field), sealed]] : [])),
  );
}

async function upsertSealed(db: Database['db'], rows: CredentialsTable[]): Promise<void> {
  await db
    .insertInto('credentials')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['cameraId', 'field'])
        .doUpdateSet(({ ref }) => ({ keyId: ref('excluded.keyId'), sealed: ref('excluded.sealed') })),
    )
    .execute();
}

export async function growRevision(db: Database['db'], cameraIds: readonly string[]): Promise<void> {
  for (const some of chunks(cameraIds)) {
    await db
      .updateTable('cameras')
      .set(({ eb }) => ({ revision: eb('revision', '+', 1), updatedMs: Date.now() }))
      .where('id', 'in', some)
      .execute();
  }
}
