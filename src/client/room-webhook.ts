// What a caller can do with webhooks. Addresses and secrets go in and are never shown.
import type { Catalog } from '../catalog/catalog.ts';
import type { WebhookRow } from '../catalog/lecture-types.ts';
import { webhookRequest, type WebhookDocument } from '../contract/webhook.ts';
import { Fault } from '../domain/fault.ts';
import { isoFromMs } from '../domain/range.ts';
import { checkWebhookTemplate } from '../domain/webhook-text.ts';

type Webhooks = Pick<Catalog, 'webhooks' | 'rooms'>;

/** Adds or replaces. Throws Fault InputInvalid that names every wrong field and repeats no value, NotFound for a room. */
export async function addWebhook(catalog: Webhooks, request: unknown): Promise<WebhookDocument> {
  const { success, data, error } = webhookRequest.safeParse(request);
  if (!success) {
    const problems = error.issues.map(({ path, message }) => `${path.join('.') || 'webhook'}: ${message}.`);
    throw new Fault('InputInvalid', problems.join('\n'), {
      remedy: '`longtake room webhook add --help` shows what each kind takes.',
    });
  }
  if (data.template !== undefined) checkWebhookTemplate(data.template);
  for (const room of data.rooms) await catalog.rooms.require(room);
  const { secret, template, to, ...row } = data;
  await catalog.webhooks.put({
    ...row,
    ...(secret === undefined ? {} : { secret }),
    ...(template === undefined ? {} : { template }),
    ...(to === undefined ? {} : { to }),
  });
  const stored = await catalog.webhooks.get(data.name);
  if (!stored) throw new Fault('NotFound', `The webhook ${data.name} was removed while it was added.`);
  return webhookDocumentOf(stored);
}

/** Throws Fault NotFound. */
export async function removeWebhook({ webhooks }: Webhooks, name: string): Promise<void> {
  if (await webhooks.remove(name)) return;
  throw new Fault('NotFound', `There is no webhook ${JSON.stringify(name)}.`, {
    remedy: '`longtake room webhook list` shows those there are.',
  });
}

export const webhookDocumentOf = (row: WebhookRow): WebhookDocument => ({
  name: row.name,
  kind: row.kind,
  host: new URL(row.url).host,
  hasSecret: row.secret !== undefined,
  rooms: row.rooms,
  events: row.events,
  ...(row.template === undefined ? {} : { template: row.template }),
  ...(row.to === undefined ? {} : { to: row.to }),
  updatedAt: isoFromMs(row.updatedMs),
});
