// A worker process: composes its dependencies, serves its queues, keeps the host's lease, and hands its work over when asked to stop.
import { fileURLToPath } from 'node:url';
import { Runtime } from '@temporalio/worker';
import type { Worker, WorkerOptions } from '@temporalio/worker';
import type { Config } from '../config/schema.ts';
import { compose } from './compose.ts';
import { connectWorker } from './connect.ts';
import { healthQuestions } from './health-questions.ts';
import { keepHostLease } from './host-lease.ts';
import { startJanitor } from './janitor.ts';
import { createLogger } from './logger.ts';
import { longtakeVersion } from './version.ts';
import { watchHealth, type HealthWatch } from './watch-health.ts';
import { createWorkers } from './workers.ts';

export interface WorkerSpec {
  config: Config;
  /** Abort: no new work, what is under way is handed over, then the worker ends. */
  signal: AbortSignal;
  /** A prebuilt workflow bundle; without it the sources are bundled at start, which takes a second or two. */
  workflowBundle?: Exclude<WorkerOptions['workflowBundle'], undefined>;
  /** Called once when every queue is polled. */
  onReady?: () => void;
  /** Given then what tells at any moment whether the worker reaches what relays need; asked for by those who show it. */
  onHealth?: (health: HealthWatch) => void;
}

const workflowsPath = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../workflows/index.ts' : '../workflows/index.js',
    import.meta.url,
  ),
);

/** Serves until `signal` aborts. Fails before taking any work when a tool, the catalog or Temporal is missing. */
export async function runWorker({ config, signal, workflowBundle, ...told }: WorkerSpec): Promise<void> {
  installRuntime(config);
  const composition = await compose(config, signal);
  const janitor = await startJanitor(composition.deps);
  try {
    const { connection, namespace } = await connectWorker(config.temporal);
    const startedAt = new Date().toISOString();
    const lease = await keepHostLease(composition.catalog, {
      host: composition.deps.settings.host,
      leaseSeconds: config.hosts.leaseSeconds,
      facts: async () => ({
        pid: process.pid,
        startedAt,
        freeBytes: await composition.deps.storage.freeBytes(),
        version: longtakeVersion,
      }),
    });
    try {
      const slots = {
        download: config.download.slots,
        media: config.media.slots,
        transfer: config.transfer.slots,
        live: config.restream.slots,
      };
      const workflows = workflowBundle ? { workflowBundle } : { workflowsPath };
      const workers = await createWorkers({
        connection,
        namespace,
        deps: composition.deps,
        slots,
        workflows,
      });
      const subject = { restream: composition.deps.restream, connection, namespace, workers };
      const lostSeconds = config.restream.serverLostSeconds;
      const watch = () => watchHealth({ questions: healthQuestions(subject), lostSeconds });
      await serve(workers, { signal, watch, ...told });
    } finally {
      lease.stop();
      await connection.close();
    }
  } finally {
    await composition.deps.restream.handOver.isDone();
    await janitor.stop();
    await composition.close();
  }
}

interface Serving extends Pick<WorkerSpec, 'signal' | 'onReady' | 'onHealth'> {
  watch: () => HealthWatch;
}

/** One worker that fails ends all: a process that serves only some of its queues would look healthy. */
async function serve(workers: readonly Worker[], { signal, watch, onReady, onHealth }: Serving) {
  const stop = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  signal.addEventListener('abort', stop, { once: true });
  const running = workers.map((worker) =>
    worker.run().catch((error: unknown) => (stop(), Promise.reject(error))),
  );
  const health = onHealth && watch();
  if (health) onHealth(health);
  onReady?.();
  if (signal.aborted) stop();
  const ends = await Promise.allSettled(running);
  health?.stop();
  signal.removeEventListener('abort', stop);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

let isInstalled = false;

/** The runtime is one per process; signals are the caller's business. */
function installRuntime(config: Config): void {
  if (isInstalled) return;
  isInstalled = true;
  Runtime.install({ logger: createLogger(config.log.level), shutdownSignals: [] });
}
