// What a worker that carries relays must be able to reach, each as a question: catalog, Temporal, and the MediaMTX servers.
import type { NativeConnection, Worker } from '@temporalio/worker';
import type { RestreamDeps } from '../activities/restream/restream-deps.ts';
import type { Control } from '../mediamtx/control.ts';
import type { Question } from './watch-health.ts';

export interface HealthSubject {
  restream: RestreamDeps;
  connection: NativeConnection;
  namespace: string;
  workers: readonly Worker[];
}

export const healthQuestions = (subject: HealthSubject): Record<string, Question> => ({
  queues: async () => {
    const idle = subject.workers.filter((worker) => worker.getState() !== 'RUNNING');
    if (idle.length > 0)
      throw new Error(`${idle.length} of ${subject.workers.length} queues are not served.`);
  },
  catalog: () => subject.restream.catalog.relays.isPaused(),
  temporal: (signal) => askTemporal(subject, signal),
  mediamtx: askServers(subject.restream),
});

async function askTemporal({ connection, namespace }: HealthSubject, signal: AbortSignal): Promise<void> {
  try {
    await connection.withAbortSignal(signal, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } catch (error) {
    // The library's sentence begins with a code and may run over lines.
    throw new Error(`Temporal does not answer: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
}

/** No path has such a name: that the server says so is the answer. */
const noPath = 'longtake-health';

/** A server that was lost while others carry its relays is no harm. Without the catalog the servers that are known are asked. */
function askServers({ catalog, controlOf }: RestreamDeps): Question {
  let controls = new Map<string, Control>();
  return async (signal) => {
    controls = await read().catch(() => controls);
    if (controls.size === 0) throw new Error('No MediaMTX server is known: `longtake restream server add`.');
    const silent = new Map<string, string>();
    const ask = async ([name, control]: [string, Control]): Promise<void> => {
      await control
        .getPath({ name: noPath, signal })
        .catch((error: Error) => void silent.set(name, error.message));
    };
    await Promise.all([...controls].map(ask));
    const missed = silent.size < controls.size ? await carrying(silent) : [...silent];
    if (missed.length > 0) throw new Error(missed.map(([name, why]) => `${name}: ${why}`).join(' '));
  };

  async function read(): Promise<Map<string, Control>> {
    const names = (await catalog.relayServers.list()).map(({ name }) => name);
    const all = names.map(async (name) => [name, await controlOf(name)] as const);
    return new Map(await Promise.all(all));
  }

  async function carrying(silent: ReadonlyMap<string, string>): Promise<[string, string][]> {
    if (silent.size === 0) return [];
    const rows = await catalog.relays.list().catch(() => undefined);
    const carriers = new Set(
      rows?.flatMap(({ wanted, stopped, server }) => (wanted && !stopped ? [server] : [])),
    );
    return [...silent].filter(([name]) => rows === undefined || carriers.has(name));
  }
}
