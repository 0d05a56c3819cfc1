// Kysely's door to SQLite: queries are posted to a thread of their own (sqlite-thread.ts) over one connection.
import { Worker } from 'node:worker_threads';
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
} from 'kysely';
import { SqliteFailure } from './catalog-fault.ts';
import type { SqliteAnswer } from './sqlite-messages.ts';

/** The checkout runs TypeScript as it is, the package what the compiler made of it. */
const threadFile = new URL(
  import.meta.url.endsWith('.ts') ? './sqlite-thread.ts' : './sqlite-thread.js',
  import.meta.url,
);

export interface SqliteOptions {
  file: string;
  /** How long a statement waits for another process's transaction, ms. */
  busyMs?: number;
}

interface Waiting {
  resolve: (answer: { rows: unknown[]; changes?: number }) => void;
  reject: (error: Error) => void;
}

class SqliteConnection implements DatabaseConnection {
  readonly #thread: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #lastId = 0;
  alive = true;

  constructor({ file, busyMs = 5000 }: SqliteOptions) {
    this.#thread = new Worker(threadFile, { workerData: { file, busyMs }, execArgv: [], env: {} });
    this.#thread.on('message', (answer: SqliteAnswer) => this.#settle(answer));
    this.#thread.on('error', (error) => this.#lose(error));
    this.#ended = new Promise((resolve) => {
      this.#thread.on('exit', () => {
        this.#lose(new Error('its thread ended'));
        resolve();
      });
    });
    this.#thread.unref();
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, changes } = await this.#ask(sql, parameters);
    return changes === undefined
      ? { rows: rows as R[] }
      : { rows: rows as R[], numAffectedRows: BigInt(changes) };
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('The catalog reads in pages, not in streams.');
  }

  /** Ends the thread after the statements already posted. */
  async close(): Promise<void> {
    // The process may not end before the thread has closed its file.
    this.#thread.ref();
    if (this.alive) this.#thread.postMessage('close');
    await this.#ended;
  }

  #ask(sql: string, parameters: readonly unknown[]): Promise<{ rows: unknown[]; changes?: number }> {
    if (!this.alive) return Promise.reject(new SqliteFailure('its thread ended', undefined));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // A process with nothing else to do may end, but not while it waits for an answer.
      this.#thread.ref();
      this.#thread.postMessage({ id, sql, parameters });
    });
  }

  #settle(answer: SqliteAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#thread.unref();
    if ('error' in answer) waiting?.reject(new SqliteFailure(answer.error.message, answer.error.errcode));
    else waiting?.resolve(answer);
  }

  #lose(cause: Error): void {
    this.alive = false;
    for (const { reject } of this.#waiting.values()) reject(new SqliteFailure(cause.message, undefined));
    this.#waiting.clear();
  }
}

/** Kysely holds a mutex around the one connection, so transactions never mix with other statements. */
class SqliteThreadDriver implements Driver {
  readonly #options: SqliteOptions;
  #connection: SqliteConnection | undefined;

  constructor(options: SqliteOptions) {
    this.#options = options;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteConnection> {
    if (!this.#connection?.alive) this.#connection = new SqliteConnection(this.#options);
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {}

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await say(connection, 'pragma synchronous = full');
    // A deferred transaction that first reads and then writes fails when another process wrote in between.
    await say(connection, 'begin immediate');
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await say(connection, 'commit');
    await say(connection, 'pragma synchronous = normal');
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await say(connection, 'rollback');
    await say(connection, 'pragma synchronous = normal');
  }

  async destroy(): Promise<void> {
    await this.#connection?.close();
  }
}

const say = (connection: DatabaseConnection, sql: string) => connection.executeQuery(CompiledQuery.raw(sql));

class ThreadAdapter extends SqliteAdapter {
  /** `begin immediate` makes the migrator's transaction the lock between processes. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/**
 * SQLite on its own thread. Durability: what goes through a transaction (cameras, targets, plans) is on the disk when the
 * call returns; single statements (leases, results, which sidecars can give again) are safe against killed processes and
 * follow at the next transaction or checkpoint.
 */
export function sqliteDialect(options: SqliteOptions): Dialect {
  return {
    createDriver: () => new SqliteThreadDriver(options),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new ThreadAdapter(),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
  };
}
