// What tests of callers share: a catalog with a room, a namespace, and a worker with the stand-in for the lecture's workflow.
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { connectCatalog } from '../../src/catalog/connect.ts';
import { lectureWorkflowId } from '../../src/contract/ids.ts';
import { queues } from '../../src/contract/queues.ts';
import { cameraRow } from '../catalog/rows.ts';
import { roomSpec } from '../catalog/lecture-rows.ts';
import { endLecture, heardByLecture, type HeardByLecture } from '../fakes/lecture-workflow.ts';
import { eventually } from '../setup/eventually.ts';
import { ownNamespace } from '../setup/own-namespace.ts';
import { workflowBundle } from '../setup/workflow-bundle.ts';

const stub = fileURLToPath(new URL('../fakes/lecture-workflow.ts', import.meta.url));

export interface Callers {
  client: Client;
  address: string;
  namespace: string;
  heard(lectureId: string): Promise<HeardByLecture>;
  end(lectureId: string, state: 'complete' | 'incomplete' | 'failed' | 'cancelled'): Promise<void>;
  stop(): Promise<void>;
}

/** A worker on the main queue of a namespace of its own. */
export async function startCallers(): Promise<Callers> {
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const { address, namespace } = await ownNamespace();
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue: queues.main,
    workflowBundle: await workflowBundle(stub),
  });
  const running = worker.run();
  const client = new Client({ connection, namespace });
  const handleOf = (id: string) => client.workflow.getHandle(lectureWorkflowId(id));
  return {
    client,
    address,
    namespace,
    heard: (id) => eventually(() => handleOf(id).query(heardByLecture)),
    end: async (id, state) => {
      await handleOf(id).signal(endLecture, state);
      await handleOf(id).result();
    },
    stop: async () => {
      worker.shutdown();
      await running;
      await native.close();
      await connection.close();
    },
  };
}

/** SQLite in a directory, where `longtake --data` finds it. */
export const openCatalog = (dataDir: string): Promise<Catalog> =>
  connectCatalog({
    kind: 'sqlite',
    file: join(dataDir, 'catalog.sqlite'),
    keyFile: join(dataDir, 'credentials.key'),
  });

/** In Moscow, with the lecturer `<room>-lecturer`. */
export async function addRoom(catalog: Catalog, room: string): Promise<void> {
  const camera = `${room}-lecturer`;
  await catalog.cameras.upsertMany({ rows: [cameraRow(camera)], credentials: [] });
  await catalog.rooms.put(roomSpec(room));
  await catalog.rooms.addSource(room, { role: 'lecturer', camera });
}
