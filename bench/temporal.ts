// A real Temporal dev server for a measurement, as `longtake up` runs it: SQLite on disk, every commit flushed.
import { join } from 'node:path';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { searchAttributeArgs } from '../src/contract/search-attributes.ts';
import { findServer } from '../src/embedded/find-server.ts';
import { startTemporalServer } from '../src/embedded/temporal-server.ts';
import { createRun } from '../src/process/run.ts';
import { detectWrapper } from '../src/process/detect-wrapper.ts';
import { inScratch } from './scratch.ts';

export interface TemporalPlace {
  address: string;
  namespace: string;
  /** Scratch beside the server's database. */
  dir: string;
  /** Process group of the server. */
  pid: number;
}

/** The binary is the one that the set-up names, or the cached one. */
export async function withTemporal<T>(work: (place: TemporalPlace) => Promise<T>): Promise<T> {
  const run = createRun({ wrapper: await detectWrapper() });
  const configuredPath = process.env['LONGTAKE_TEMPORAL'];
  const named = configuredPath ? { configuredPath } : {};
  const binary = await findServer({ run, tool: 'temporal', environment: process.env, ...named });
  return inScratch('disk', async (dir) => {
    const namespace = 'default';
    const server = await startTemporalServer({
      run,
      binary: binary.path,
      dataDir: dir,
      ip: '127.0.0.1',
      searchAttributes: searchAttributeArgs,
      namespace,
      logFile: join(dir, 'temporal.log'),
    });
    try {
      return await work({ address: server.address, namespace, dir, pid: server.pid });
    } finally {
      await server.stop();
    }
  });
}

let isQuiet = false;

/** Workers of this process say nothing but errors. */
export function quietRuntime(): void {
  if (isQuiet) return;
  isQuiet = true;
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
}

export function bundleOf(workflowsPath: string): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
}
