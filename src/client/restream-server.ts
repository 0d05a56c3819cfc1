// What a caller can do with the MediaMTX servers that carry relays.
import type { z } from 'zod';
import type { Catalog } from '../catalog/catalog.ts';
import { relayServerAccounts, relayServerRequest } from '../contract/restream.ts';
import { Fault } from '../domain/fault.ts';
import { placeOn } from '../domain/placement.ts';

type Servers = Pick<Catalog, 'relays' | 'relayServers'>;

/** Throws Fault InputInvalid with all that is wrong; values of the accounts file are never repeated. */
export async function addRelayServer(
  { relayServers }: Pick<Catalog, 'relayServers'>,
  { request, accounts }: { request: unknown; accounts: unknown },
): Promise<string> {
  const { name, apiUrl, rtspUrl, viewUrl, weight, returns } = parsed(relayServerRequest, request, 'server');
  const { api, gateKey } = parsed(relayServerAccounts, accounts, 'accounts file');
  const bare = (url: string): string => url.replace(/\/+$/, '');
  await relayServers.put({
    name,
    spec: {
      apiUrl: bare(apiUrl),
      rtspUrl: bare(rtspUrl),
      ...(viewUrl === undefined ? {} : { viewUrl: bare(viewUrl) }),
      weight,
      returns,
    },
    secrets: { api, ...(gateKey === undefined ? {} : { gateKey }) },
  });
  return name;
}

function parsed<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || what}: ${message}`);
  throw new Fault('InputInvalid', `The ${what} is not right: ${problems.join('; ')}.`);
}

/** Throws Fault NotFound, InputInvalid while it does not answer. */
export async function returnRelayServer({ relayServers }: Servers, name: string): Promise<void> {
  const { state, reason } = await required(relayServers, name);
  if (state === 'down')
    throw new Fault(
      'InputInvalid',
      `The MediaMTX server ${name} does not answer: ${reason ?? 'no reason is known'}.`,
      {
        remedy: 'Bring it back first; `longtake restream server list` then shows it as held.',
      },
    );
  await relayServers.setState({ name, state: 'up' });
}

/** Its relays move to the others. Throws Fault NotFound, InputInvalid for the last one that still carries relays. */
export async function removeRelayServer({ relays, relayServers }: Servers, name: string): Promise<void> {
  await required(relayServers, name);
  const others = (await relayServers.list()).filter(
    (server) => server.name !== name && server.state === 'up',
  );
  const carries = (await relays.list()).some((row) => row.server === name);
  if (carries && others.length === 0)
    throw new Fault('InputInvalid', `The MediaMTX server ${name} carries relays, and no other one is up.`, {
      remedy: 'Add another server first, or stop restream and remove its cameras.',
    });
  const weights = others.map((server) => ({ name: server.name, weight: server.spec.weight }));
  await relayServers.setState({ name, state: 'held', reason: 'It is being removed.' });
  if (carries)
    await relays.move({ from: name, to: (row) => placeOn(row.cameraId, weights, row.spec.server)! });
  await relayServers.remove(name);
}

async function required(relayServers: Servers['relayServers'], name: string) {
  const server = await relayServers.get(name);
  if (server) return server;
  throw new Fault('NotFound', `There is no MediaMTX server ${JSON.stringify(name)}.`, {
    remedy: '`longtake restream server list` names those there are.',
  });
}
