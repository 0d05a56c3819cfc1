// `restream restart`, `stop`, `engine`, `pause` and `resume`: words to running relays.
import type { Client } from '@temporalio/client';
import { openTemporal } from '../../client/connect.ts';
import {
  orderAllRelays,
  orderRelay,
  restartRelay as restart,
  setRelayEngine,
} from '../../client/restream.ts';
import { relayEngines, type RelayEngine } from '../../contract/restream-messages.ts';
import type { relayAsked } from '../../contract/restream.ts';
import { Fault } from '../../domain/fault.ts';
import { printJson } from '../output/json.ts';
import type { Implementation, Invocation } from '../perform.ts';
import { configOf, withCatalog } from '../session.ts';

type Asked = 'restart' | 'stop' | 'pause' | 'resume' | 'accept' | 'engine';

interface Order {
  asked: Asked;
  camera?: string;
  send: (client: Client) => Promise<string>;
}

async function give(invocation: Invocation, { asked, camera, send }: Order): Promise<void> {
  const { terminal, json } = invocation;
  const temporal = await openTemporal((await configOf(invocation)).temporal);
  try {
    const workflowId = await send(temporal.client);
    if (json)
      return printJson<typeof relayAsked>(terminal, {
        asked,
        workflowId,
        ...(camera === undefined ? {} : { camera }),
      });
    terminal.out(`${camera === undefined ? 'All relays' : `Relay of ${camera}`}: asked to ${words[asked]}.`);
  } finally {
    await temporal.close();
  }
}

const words: Record<Asked, string> = {
  restart: 'connect anew',
  stop: 'stop',
  pause: 'pause',
  resume: 'resume',
  accept: 'follow the list as it is',
  engine: 'switch engines',
};

export const restartRelay: Implementation = (invocation) =>
  withCatalog(invocation, async ({ catalog }) => {
    const [camera = ''] = invocation.args;
    const order = invocation.flags['credentialsChanged'] === true ? 'credentialsChanged' : 'restart';
    const send = (client: Client) => restart(client, catalog.relays, { cameraId: camera, order });
    await give(invocation, { asked: 'restart', camera, send });
  });

export const stopRelay: Implementation = (invocation) => {
  const [camera = ''] = invocation.args;
  const send = (client: Client) => orderRelay(client, { cameraId: camera, order: 'stop' });
  return give(invocation, { asked: 'stop', camera, send });
};

export const setEngine: Implementation = async (invocation) => {
  const [camera = '', engine = ''] = invocation.args;
  if (!(relayEngines as readonly string[]).includes(engine))
    throw new Fault(
      'InputInvalid',
      `The engine is ${relayEngines.join(' or ')}, not ${JSON.stringify(engine)}.`,
    );
  const send = (client: Client) =>
    setRelayEngine(client, { cameraId: camera, engine: engine as RelayEngine });
  return give(invocation, { asked: 'engine', camera, send });
};

const toAll =
  (asked: 'pause' | 'resume' | 'accept'): Implementation =>
  (invocation) =>
    give(invocation, { asked, send: (client) => orderAllRelays(client, asked) });

export const orderAll = { pause: toAll('pause'), resume: toAll('resume'), accept: toAll('accept') };
