// One short connection to the user's database: opened, used for one task, closed, and torn down at once when its caller is cancelled.
import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { Fault } from '../domain/fault.ts';
import { databaseFault } from './database-fault.ts';

export interface DatabaseTask<T> {
  /** `postgres://user:password@host:port/database` */
  dsn: string;
  signal: AbortSignal;
  /** Longest wait for the connection and for each statement. */
  timeoutSeconds: number;
  /** For messages, as `reading the cameras`. */
  task: string;
  work: (client: pg.Client) => Promise<T>;
}

/** The server breaks a statement off by itself; this much later we no longer believe that it will say so. */
const graceSeconds = 5;
const goodbyeMs = 1000;

/** @throws Fault SourceUnreachable, SourceStalled, SourceBusy, AuthRejected, NotFound, InputInvalid, ConfigInvalid */
export async function withDatabase<T>(request: DatabaseTask<T>): Promise<T> {
  const { signal, timeoutSeconds, task, work } = request;
  signal.throwIfAborted();
  const { client, socket, where, secrets } = openClient(request);
  const cut = (): void => void socket.destroy();
  signal.addEventListener('abort', cut);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && error.message === 'Query read timeout')
      throw new Fault(
        'SourceStalled',
        `The cameras’ database (${where}) did not end ${task} in ${timeoutSeconds} s.`,
      );
    throw databaseFault({ error, task, where, secrets });
  } finally {
    signal.removeEventListener('abort', cut);
    await Promise.race([client.end(), pause(goodbyeMs, undefined, { ref: false })]).catch(() => {});
    socket.destroy();
  }
}

export interface OpenClient {
  client: pg.Client;
  /** Destroying it ends the connection in any state. */
  socket: Socket;
  /** `host:port/database` */
  where: string;
  secrets: readonly string[];
}

/** A client that is not connected yet. @throws Fault ConfigInvalid for an address that cannot be read */
export function openClient({ dsn, timeoutSeconds }: { dsn: string; timeoutSeconds: number }): OpenClient {
  const socket = new Socket();
  try {
    const client = new pg.Client({
      connectionString: connectionString(dsn),
      stream: () => socket,
      connectionTimeoutMillis: Math.min(10, timeoutSeconds) * 1000,
      query_timeout: (timeoutSeconds + graceSeconds) * 1000,
      keepAlive: true,
      application_name: 'longtake restream',
    });
    // Without a listener a connection that breaks while idle would end the process.
    client.on('error', () => {});
    const secrets = typeof client.password === 'string' ? [client.password] : [];
    return { client, socket, where: databaseOf(dsn), secrets };
  } catch {
    socket.destroy();
    throw unreadable();
  }
}

const unreadable = (): Fault =>
  new Fault('ConfigInvalid', 'The address of the cameras’ database (PG_DSN) cannot be read.', {
    remedy:
      'Write postgres://user:password@host:port/database, with @ : / ? # % of the password as %40 %3A %2F %3F %23 %25.',
  });

/** `host:port/database`, for people. */
export function databaseOf(dsn: string): string {
  if (!URL.canParse(dsn)) return 'an address that cannot be read';
  const { hostname, port, pathname, searchParams } = new URL(dsn);
  return `${hostname || (searchParams.get('host') ?? 'localhost')}:${port || 5432}${pathname}`;
}

/** `sslmode` means what it means to every other PostgreSQL client, not what the library makes of it. */
function connectionString(dsn: string): string {
  if (!/^postgres(?:ql)?:\/\//.test(dsn)) throw unreadable();
  return /[?&]sslmode=/.test(dsn) && !dsn.includes('uselibpqcompat') ? `${dsn}&uselibpqcompat=true` : dsn;
}
