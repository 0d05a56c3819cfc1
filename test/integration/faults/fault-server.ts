// A Temporal server of a fault test's own: it may be killed, and each stage gets a namespace so that stages run side by side.
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { searchAttributeArgs } from '../../../src/contract/search-attributes.ts';
import { servesNamespace, shapeNamespace } from '../../../src/embedded/temporal-namespace.ts';
import { startTemporalServer, type TemporalServer } from '../../../src/embedded/temporal-server.ts';
import { eventually } from '../../setup/eventually.ts';
import { startAgain } from '../../setup/start-again.ts';
import { testRun, testServer } from '../../setup/servers.ts';
import { workflowBundle } from '../../setup/workflow-bundle.ts';

export interface FaultServer extends AsyncDisposable {
  address: string;
  /** Path of the bundled workflows. */
  codePath: string;
  newNamespace(name: string): Promise<string>;
  /** KILL, with all its threads; the database stays as it is. */
  kill(): Promise<void>;
  /** On the same database and port. */
  restart(): Promise<void>;
}

export async function startFaultServer(dir: string): Promise<FaultServer> {
  const start = async (port?: number): Promise<TemporalServer> =>
    await startTemporalServer({
      run: await testRun(),
      binary: await testServer('temporal'),
      dataDir: dir,
      ip: '127.0.0.1',
      ...(port === undefined ? {} : { port }),
      searchAttributes: searchAttributeArgs,
      namespace: 'default',
      logFile: join(dir, 'temporal.log'),
      // A killed server process loses nothing that the kernel has; only a machine that dies would.
      durable: false,
    });
  const [first, { codePath }] = await Promise.all([startAgain(start), workflowBundle()]);
  let server = first;
  const { address } = server;
  return {
    address,
    codePath,
    newNamespace: (name) => registerNamespace(address, name),
    async kill() {
      process.kill(-server.pid, 'SIGKILL');
      await server.ended;
    },
    async restart() {
      await server.stop();
      server = await start(Number(address.split(':')[1]));
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

async function registerNamespace(address: string, namespace: string): Promise<string> {
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
  } finally {
    await connection.close();
  }
  await eventually(() => servesNamespace(address, namespace), { what: `namespace ${namespace}` });
  await eventually(
    () =>
      shapeNamespace({ address, namespace, searchAttributes: searchAttributeArgs, retentionDays: 1 }).then(
        () => true,
      ),
    { what: `search attributes of ${namespace}` },
  );
  return namespace;
}
