// Opens what a caller talks to: the catalog, and a Temporal client with the settings of @temporalio/envconfig.
import { connect } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { StackUnreachable } from '../contract/stack-unreachable.ts';

/** Where Temporal is, as the configuration says it; what is absent comes from the TEMPORAL_* settings. */
export interface TemporalSettings {
  profile?: string | undefined;
  address?: string | undefined;
  namespace?: string | undefined;
}

export interface TemporalDoor {
  client: Client;
  address: string;
  namespace: string;
  close(): Promise<void>;
}

/** Connects within 5 s, or throws StackUnreachable; at once when nobody listens. */
export async function openTemporal(settings: TemporalSettings): Promise<TemporalDoor> {
  const loaded = loadClientConnectConfig(settings.profile ? { profile: settings.profile } : {});
  const address = settings.address ?? loaded.connectionOptions.address ?? 'localhost:7233';
  const namespace = settings.namespace ?? loaded.namespace ?? 'default';
  try {
    await refuseClosedPort(address);
    const connection = await Connection.connect({
      ...(loaded.connectionOptions as object),
      address,
      connectTimeout: '5s',
    });
    const client = new Client({ connection, namespace });
    return { client, address, namespace, close: () => connection.close() };
  } catch (error) {
    throw new StackUnreachable(
      `Temporal at ${address} does not answer.`,
      'Start the stack with `longtake up` (same --data), or set TEMPORAL_ADDRESS to a running server.',
      { cause: error },
    );
  }
}

/** The library tries a refused connection again until its time is up; nobody who typed a command wants to wait for that. */
function refuseClosedPort(address: string): Promise<void> {
  const [, host = '', port = ''] = /^(?:\w+:\/\/)?\[?([^\]/]+?)\]?:(\d+)$/.exec(address) ?? [];
  if (!host) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), timeout: 1000 });
    const settle = (error?: Error): void => {
      socket.destroy();
      if (error && (error as NodeJS.ErrnoException).code === 'ECONNREFUSED') reject(error);
      else resolve();
    };
    socket
      .on('connect', () => settle())
      .on('timeout', () => settle())
      .on('error', settle);
  });
}
