// The connection to Temporal: the same profiles and variables as the temporal CLI, with the running stack's address on top.
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import { StackUnreachable } from '../contract/stack-unreachable.ts';

export interface TemporalSettings {
  address?: string | undefined;
  namespace?: string | undefined;
  profile?: string | undefined;
}

export interface WorkerConnection {
  connection: NativeConnection;
  namespace: string;
}

export async function connectWorker(settings: TemporalSettings): Promise<WorkerConnection> {
  const loaded = loadClientConnectConfig(settings.profile === undefined ? {} : { profile: settings.profile });
  const options = { ...loaded.connectionOptions, ...(settings.address ? { address: settings.address } : {}) };
  try {
    const connection = await NativeConnection.connect(options);
    return { connection, namespace: settings.namespace ?? loaded.namespace ?? 'default' };
  } catch (error) {
    const address = options.address ?? 'localhost:7233';
    throw new StackUnreachable(
      `Temporal does not answer at ${address}.`,
      'Start it, or correct TEMPORAL_ADDRESS; `longtake config print --redacted` shows what is in force.',
      { cause: error },
    );
  }
}
