// Opens what a caller talks to: the catalog, and a Temporal client with the settings of @temporalio/envconfig.
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

/** Connects within 5 s, or throws StackUnreachable. */
export async function openTemporal(settings: TemporalSettings): Promise<TemporalDoor> {
  const loaded = loadClientConnectConfig(settings.profile ? { profile: settings.profile } : {});
  const address = settings.address ?? loaded.connectionOptions.address ?? 'localhost:7233';
  const namespace = settings.namespace ?? loaded.namespace ?? 'default';
  try {
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
