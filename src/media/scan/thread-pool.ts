// A few threads that read media files: tasks wait their turn, an aborted one is answered at once, a dead thread is replaced.
import { Worker } from 'node:worker_threads';
import { Fault } from '../../domain/fault.ts';
import type { ThreadAnswer, ThreadMessage, ThreadTask, ThreadWork } from './scan-protocol.ts';

export interface PoolTask {
  work: ThreadWork;
  signal: AbortSignal;
  onProgress?: ((readBytes: number) => void) | undefined;
}

interface Job {
  task: PoolTask;
  stop: Int32Array;
  resolve: (answer: ThreadAnswer) => void;
  reject: (error: unknown) => void;
}

interface Thread {
  worker: Worker;
  job: Job | undefined;
}

/** In a checkout the thread runs the source, in the package what the compiler emitted. */
const threadUrl = new URL(
  import.meta.url.endsWith('.ts') ? './scan-thread.ts' : './scan-thread.js',
  import.meta.url,
);

/** Typed arrays live outside this heap; readers themselves need little. */
const heapMegabytes = 256;

export class ThreadPool {
  readonly #limit: number;
  readonly #threads = new Set<Thread>();
  readonly #queue: Job[] = [];
  #isClosed = false;
  #nextId = 1;

  constructor(threads: number) {
    this.#limit = Math.max(1, Math.floor(threads));
  }

  /** Threads that would take up work at once. */
  get idleThreads(): number {
    const busy = [...this.#threads].filter((thread) => thread.job).length;
    return this.#limit - busy - this.#queue.length;
  }

  run(task: PoolTask): Promise<ThreadAnswer> {
    if (this.#isClosed) return Promise.reject(new Error('The scanner is closed'));
    if (task.signal.aborted) return Promise.reject(task.signal.reason as Error);
    const { promise, resolve, reject } = Promise.withResolvers<ThreadAnswer>();
    const job: Job = { task, stop: new Int32Array(new SharedArrayBuffer(4)), resolve, reject };
    const onAbort = () => this.#abandon(job);
    task.signal.addEventListener('abort', onAbort, { once: true });
    this.#queue.push(job);
    this.#dispatch();
    return promise.finally(() => task.signal.removeEventListener('abort', onAbort));
  }

  /** Ends the threads; tasks that still wait are rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#queue.splice(0)) job.reject(new Error('The scanner was closed'));
    const threads = [...this.#threads];
    this.#threads.clear();
    for (const { job } of threads) job?.reject(new Error('The scanner was closed'));
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  #abandon(job: Job): void {
    Atomics.store(job.stop, 0, 1);
    const place = this.#queue.indexOf(job);
    if (place >= 0) this.#queue.splice(place, 1);
    job.reject(job.task.signal.reason);
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const idle = [...this.#threads].find((thread) => !thread.job);
      const thread = idle ?? (this.#threads.size < this.#limit ? this.#start() : undefined);
      if (!thread) return;
      this.#give(thread, this.#queue.shift()!);
    }
  }

  #give(thread: Thread, job: Job): void {
    thread.job = job;
    const message: ThreadTask = {
      id: this.#nextId++,
      work: job.task.work,
      stop: job.stop,
    };
    // An idle thread must not keep the process alive, a working one must.
    thread.worker.ref();
    thread.worker.postMessage(message);
  }

  #start(): Thread {
    const worker = new Worker(threadUrl, {
      name: 'longtake-scan',
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    });
    const thread: Thread = { worker, job: undefined };
    this.#threads.add(thread);
    worker.on('message', (message: ThreadMessage) => this.#onMessage(thread, message));
    worker.on('error', (error) => this.#onEnd(thread, error));
    worker.on('exit', () => this.#onEnd(thread, undefined));
    return thread;
  }

  #onMessage(thread: Thread, message: ThreadMessage): void {
    const { job } = thread;
    if (!job) return;
    if (message.kind === 'progress') return this.#report(job, message.readBytes);
    thread.job = undefined;
    thread.worker.unref();
    if (message.kind === 'done') job.resolve(message.answer);
    else
      job.reject(
        message.type ? new Fault(message.type, message.message, message.details) : new Error(message.message),
      );
    this.#dispatch();
  }

  /** A callback that throws ends its own job, not the process. */
  #report(job: Job, readBytes: number): void {
    if (job.task.signal.aborted) return;
    try {
      job.task.onProgress?.(readBytes);
    } catch (error) {
      Atomics.store(job.stop, 0, 1);
      job.reject(error);
    }
  }

  #onEnd(thread: Thread, error: unknown): void {
    if (!this.#threads.delete(thread)) return;
    thread.job?.reject(
      new Fault(
        'MediaUnreadable',
        `The scan thread ended while it was reading`,
        {},
        error ? { cause: error } : {},
      ),
    );
    this.#dispatch();
  }
}
