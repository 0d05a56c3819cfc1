// MediaMTX servers in the catalog: addresses, weight and state in rows that people list, their secrets sealed in a table apart.
import type { Selectable } from 'kysely';
import { Fault } from '../domain/fault.ts';
import { fromJson, optional } from './columns.ts';
import type { Keyring } from './keyring.ts';
import { secretsPlace } from './relay-secrets.ts';
import type {
  RelayServerRow,
  RelayServers,
  RelayServerSecrets,
  RelayServerSpec,
  RelayServerState,
} from './relay-types.ts';
import { openValue, sealValue } from './sealed-value.ts';
import type { Database, RelayServersTable } from './tables.ts';

export function relayServersOf({ db, keyring }: Database & { keyring: Keyring }): RelayServers {
  return {
    put: (server) => putServer({ db, keyring, server }),
    async get(name) {
      const row = await db.selectFrom('relayServers').selectAll().where('name', '=', name).executeTakeFirst();
      return row && serverRow(row);
    },
    async list() {
      return (await db.selectFrom('relayServers').selectAll().orderBy('name').execute()).map(serverRow);
    },
    async secretsOf(name) {
      const row = await db
        .selectFrom('relayServerSecrets')
        .select(['keyId', 'sealed'])
        .where('name', '=', name)
        .executeTakeFirst();
      if (!row) throw new Fault('NotFound', `There is no MediaMTX server ${JSON.stringify(name)}.`);
      const what = `The secrets of the MediaMTX server ${JSON.stringify(name)}`;
      return openValue<RelayServerSecrets>({ keyring, place: secretsPlace(name), what, ...row });
    },
    async setState({ name, state, reason }) {
      const { numUpdatedRows } = await db
        .updateTable('relayServers')
        .set({ state, sinceMs: Date.now(), reason: reason ?? null })
        .where('name', '=', name)
        .where('state', '!=', state)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async remove(name) {
      return db.transaction().execute(async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('relayServers')
          .where('name', '=', name)
          .executeTakeFirst();
        return numDeletedRows > 0n;
      });
    },
  };
}

interface PutRequest {
  db: Database['db'];
  keyring: Keyring;
  server: Parameters<RelayServers['put']>[0];
}

async function putServer({ db, keyring, server: { name, spec, secrets } }: PutRequest): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const key = await keyring.forSealing(transaction);
    const specText = JSON.stringify(spec);
    await transaction
      .insertInto('relayServers')
      .values({ name, spec: specText, state: 'up', sinceMs: Date.now() })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ spec: specText }))
      .execute();
    const sealed = sealValue({ key, place: secretsPlace(name), value: secrets });
    await transaction
      .insertInto('relayServerSecrets')
      .values({ name, ...sealed })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(sealed))
      .execute();
  });
}

const serverRow = ({
  name,
  spec,
  state,
  sinceMs,
  reason,
}: Selectable<RelayServersTable>): RelayServerRow => ({
  name,
  spec: fromJson<RelayServerSpec>(spec),
  state: state as RelayServerState,
  sinceMs,
  ...optional('reason', reason),
});
