// `room webhook add`, `list` and `rm`.
import {
  addWebhook as addToCatalog,
  removeWebhook as removeFromCatalog,
  webhookDocumentOf,
} from '../../client/room-webhook.ts';
import type { webhookDocument, webhookList, webhookRemoved } from '../../contract/webhook.ts';
import { Fault } from '../../domain/fault.ts';
import { printJson } from '../output/json.ts';
import { renderTable } from '../output/table.ts';
import type { Invocation } from '../perform.ts';
import { withCatalog } from '../session.ts';
import { givenTexts } from './given-text.ts';
import { listOf } from './room-flags.ts';

export const addWebhook = async (invocation: Invocation): Promise<void> => {
  const { terminal, flags, json, args } = invocation;
  if (flags['kind'] === 'slack' && flags['url'] !== undefined)
    throw new Fault('InputInvalid', 'The address of a Slack webhook is its secret: --url would show it.', {
      remedy: 'Give it with --url-file or --url-stdin.',
    });
  const texts = await givenTexts(invocation, ['url', 'secret', 'template']);
  const lists = Object.fromEntries(
    ['rooms', 'events'].flatMap((name) =>
      typeof flags[name] === 'string' ? [[name, listOf(flags[name])]] : [],
    ),
  );
  const to = typeof flags['to'] === 'string' ? { to: flags['to'] } : {};
  const request = { name: args[0], kind: flags['kind'], ...texts, ...lists, ...to };
  await withCatalog(invocation, async ({ catalog }) => {
    const webhook = await addToCatalog(catalog, request);
    if (json) return printJson<typeof webhookDocument>(terminal, webhook);
    terminal.out(`Webhook ${webhook.name} saved; its address and secret are stored encrypted.`);
  });
};

export const listWebhooks = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, json, catalog }) => {
    const webhooks = (await catalog.webhooks.list()).map(webhookDocumentOf);
    if (json) return printJson<typeof webhookList>(terminal, webhooks);
    if (webhooks.length === 0)
      return terminal.out('No webhooks. Add one with: longtake room webhook add --help');
    terminal.out(
      renderTable(
        ['name', 'kind', 'host', 'rooms', 'events', 'to'],
        webhooks.map(({ name, kind, host, rooms, events, to }) => [
          ...[name, kind, host],
          rooms.join(' ') || 'all',
          events.join(' '),
          to ?? '',
        ]),
      ),
    );
  });

export const removeWebhook = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, args, json, catalog }) => {
    const [name = ''] = args;
    await removeFromCatalog(catalog, name);
    if (json) return printJson<typeof webhookRemoved>(terminal, { name, removed: true });
    terminal.out(`Webhook ${name} removed.`);
  });
