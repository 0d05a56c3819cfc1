// `restream server add`, `list`, `return` and `rm`.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { openTemporal } from '../../client/connect.ts';
import { relayServerDocumentOf } from '../../client/restream-documents.ts';
import { addRelayServer, removeRelayServer, returnRelayServer } from '../../client/restream-server.ts';
import { orderAllRelays } from '../../client/restream.ts';
import type { relayServerChanged, relayServerList } from '../../contract/restream.ts';
import { Fault } from '../../domain/fault.ts';
import { printJson } from '../output/json.ts';
import { renderTable } from '../output/table.ts';
import type { Invocation } from '../perform.ts';
import { numberOf } from '../plan/request.ts';
import { withCatalog, type Session } from '../session.ts';

export const addServer = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async (session) => {
    const { flags, args, catalog } = session;
    const problems: string[] = [];
    const weight = numberOf({ flags, name: 'weight', problems });
    if (problems.length > 0) throw new Fault('InputInvalid', problems.join('\n'));
    const request = {
      name: args[0],
      apiUrl: flags['apiUrl'],
      rtspUrl: flags['rtspUrl'],
      returns: flags['returns'],
    };
    const name = await addRelayServer(catalog, {
      request: {
        ...request,
        ...(flags['viewUrl'] === undefined ? {} : { viewUrl: flags['viewUrl'] }),
        ...(weight === undefined ? {} : { weight }),
      },
      accounts: await readAccounts(resolve(String(flags['accounts']))),
    });
    await tellSupervisor(session);
    say(session, { name, changed: 'added' });
  });

async function readAccounts(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    // A parser's message would show what stands in the file.
    const reason = error instanceof SyntaxError ? 'it holds no JSON' : (error as Error).message;
    throw new Fault('InputInvalid', `The accounts file ${path} cannot be read: ${reason}.`);
  }
}

export const listServers = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, json, catalog }) => {
    const rows = await catalog.relays.list();
    const servers = (await catalog.relayServers.list()).map((server) => relayServerDocumentOf(server, rows));
    if (json) return printJson<typeof relayServerList>(terminal, servers);
    if (servers.length === 0)
      return terminal.out(
        'No MediaMTX servers. `longtake up` adds its own; others: restream server add --help',
      );
    terminal.out(
      renderTable(
        ['name', 'state', 'relays', 'weight', 'viewers', 'reason'],
        servers.map(({ name, state, relays, weight, viewUrl, reason }) => [
          ...[name, state, relays, weight, viewUrl],
          reason ?? '',
        ]),
      ),
    );
  });

export const returnServer = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async (session) => {
    const [name = ''] = session.args;
    await returnRelayServer(session.catalog, name);
    await tellSupervisor(session);
    say(session, { name, changed: 'returned' });
  });

export const removeServer = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async (session) => {
    const [name = ''] = session.args;
    await removeRelayServer(session.catalog, name);
    await tellSupervisor(session);
    say(session, { name, changed: 'removed' });
  });

/** It looks at the servers by itself with its next read of the list; told, it does so at once. */
async function tellSupervisor({ config }: Session): Promise<void> {
  const temporal = await openTemporal(config.temporal).catch(() => undefined);
  if (!temporal) return;
  await orderAllRelays(temporal.client, 'settle').catch(() => undefined);
  await temporal.close();
}

function say(
  { terminal, json }: Session,
  document: { name: string; changed: 'added' | 'returned' | 'removed' },
) {
  if (json) return printJson<typeof relayServerChanged>(terminal, document);
  terminal.out(`MediaMTX server ${document.name} ${document.changed}.`);
}
