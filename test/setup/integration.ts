// Global set-up of integration tests: one Temporal dev server for the whole run, in a directory of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { searchAttributeArgs } from '../../src/contract/search-attributes.ts';
import { startTemporalServer } from '../../src/embedded/temporal-server.ts';
import { testRun, testServer } from './test-tools.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `ip:port` of the shared server. Files keep apart by task queues and workflow ids of their own. */
    temporalAddress: string;
    /** Namespace with the search attributes registered. */
    temporalNamespace: string;
    /** Web UI of the shared server. */
    temporalUiUrl: string;
    /** Directory of this test run, for what its files share; see workflow-bundle.ts. */
    sharedDir: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const sharedDir = await mkdtemp(join(tmpdir(), 'longtake-tests-'));
  const removeAll = (): Promise<void> => rm(sharedDir, { recursive: true, force: true });
  try {
    const server = await startTemporalServer({
      run: await testRun(),
      binary: await testServer('temporal'),
      dataDir: sharedDir,
      ip: '127.0.0.1',
      searchAttributes: searchAttributeArgs,
      namespace: 'default',
      logFile: join(sharedDir, 'temporal.log'),
      durable: false,
    });
    project.provide('temporalAddress', server.address);
    project.provide('temporalNamespace', 'default');
    project.provide('temporalUiUrl', server.uiUrl);
    project.provide('sharedDir', sharedDir);
    return async () => {
      await server.stop();
      await removeAll();
    };
  } catch (error) {
    await removeAll();
    throw error;
  }
}
