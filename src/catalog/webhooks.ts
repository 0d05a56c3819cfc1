// Webhooks that are told about lectures; address and secret are sealed, so whoever lists them needs the key.
import type { Selectable } from 'kysely';
import { fromJson, optional } from './columns.ts';
import type { Keyring } from './keyring.ts';
import type { WebhookKind, WebhookRow, Webhooks } from './lecture-types.ts';
import { openValue, sealValue } from './sealed-value.ts';
import type { Database, WebhooksTable } from './tables.ts';

const placeOf = (name: string) => `webhooks|${name}|secrets`;

type Secrets = Pick<WebhookRow, 'url' | 'secret'>;

export function webhooksOf({ db, keyring }: Database & { keyring: Keyring }): Webhooks {
  return {
    put: (row) => putWebhook({ db, keyring, row }),
    async list() {
      const rows = await db.selectFrom('webhooks').selectAll().orderBy('name').execute();
      return Promise.all(rows.map((row) => webhookRow(keyring, row)));
    },
    async get(name) {
      const row = await db.selectFrom('webhooks').selectAll().where('name', '=', name).executeTakeFirst();
      return row && webhookRow(keyring, row);
    },
    async remove(name) {
      return db.transaction().execute(async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('webhooks')
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
  row: Parameters<Webhooks['put']>[0];
}

async function putWebhook({ db, keyring, row }: PutRequest): Promise<void> {
  const { name, kind, url, secret, rooms, events, template, to } = row;
  await db.transaction().execute(async (transaction) => {
    const key = await keyring.forSealing(transaction);
    const columns = {
      kind,
      rooms: JSON.stringify(rooms),
      events: JSON.stringify(events),
      template: template ?? null,
      recipient: to ?? null,
      ...sealValue({ key, place: placeOf(name), value: { url, secret } }),
      updatedMs: Date.now(),
    };
    await transaction
      .insertInto('webhooks')
      .values({ name, ...columns })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(columns))
      .execute();
  });
}

async function webhookRow(
  keyring: Keyring,
  { name, kind, rooms, events, template, recipient, keyId, sealed, updatedMs }: Selectable<WebhooksTable>,
): Promise<WebhookRow> {
  const what = `The address and secret of the webhook ${JSON.stringify(name)}`;
  const secrets = await openValue<Secrets>({ keyring, place: placeOf(name), what, keyId, sealed });
  return {
    name,
    kind: kind as WebhookKind,
    ...secrets,
    rooms: fromJson<string[]>(rooms),
    events: fromJson<string[]>(events),
    ...optional('template', template),
    ...optional('to', recipient),
    updatedMs,
  };
}
