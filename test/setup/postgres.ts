// A PostgreSQL of its own for a test: private cluster, free port, random password, no fsync.
import { randomBytes } from 'node:crypto';
import { chown, readFile, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { onPath } from '../../bootstrap/on-path.js';
import { freePort } from '../../src/embedded/free-ports.ts';
import { startServerProcess } from '../../src/embedded/server-process.ts';
import { runToSuccess } from './run-to-success.ts';
import { tempDir } from './temp-dir.ts';
import { testRun } from './test-tools.ts';

export interface TestPostgres extends AsyncDisposable {
  host: string;
  port: number;
  user: string;
  password: string;
  /** Address of an empty database of its own; a new one with each call. */
  newDatabaseUrl(): Promise<string>;
  stop(): Promise<void>;
}

export interface TestPostgresOptions {
  /** Superuser of the cluster. */
  user?: string;
  /** Hexadecimal or so: it stands in URLs as it is. Random when absent. */
  password?: string;
  /** More settings, `name=value`. */
  settings?: readonly string[];
  /** A free one when absent. */
  port?: number;
}

const host = '127.0.0.1';

/** Newest server program first; Debian keeps one directory per version, off PATH. */
function postgresProgram(name: string): string {
  const base = '/usr/lib/postgresql';
  const versions = (() => {
    try {
      return readdirSync(base).sort((a, b) => Number(b) - Number(a));
    } catch {
      return [];
    }
  })();
  const program = onPath(name, {
    path: process.env['PATH'] ?? '',
    more: versions.map((version) => join(base, version, 'bin')),
  });
  if (program === undefined) throw new Error(`${name} of PostgreSQL is not installed; run: npm test`);
  return program;
}

/** PostgreSQL refuses root: the account to run as then, undefined when we are not root. */
async function unprivilegedAccount(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const rows = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const row = rows.find(([name]) => name === 'postgres') ?? rows.find(([name]) => name === 'nobody');
  if (row === undefined) throw new Error('no account other than root can run PostgreSQL');
  return { uid: Number(row[2]), gid: Number(row[3]) };
}

function asAccount(account: { uid: number; gid: number } | undefined, argv: string[]): [string, string[]] {
  if (account === undefined) return [argv[0]!, argv.slice(1)];
  const { uid, gid } = account;
  return ['setpriv', [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--', ...argv]];
}

async function query(connectionString: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/** Makes the cluster in `dir`; returns the argv, as the right account, of the server that will serve it. */
async function makeCluster(
  dir: string,
  owner: { user: string; password: string },
): Promise<[string, string[]]> {
  const { user, password } = owner;
  const account = await unprivilegedAccount();
  const passwordFile = join(dir, 'password');
  await writeFile(passwordFile, password);
  if (account !== undefined)
    for (const path of [dir, passwordFile]) await chown(path, account.uid, account.gid);
  const data = join(dir, 'data');
  const initArgs = ['-D', data, '-U', user, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  const init = [postgresProgram('initdb'), ...initArgs, '-E', 'UTF8', '--locale=C', '--no-sync'];
  const [command, args] = asAccount(account, init);
  await runToSuccess(await testRun(), { command, args, cwd: dir });
  return asAccount(account, [postgresProgram('postgres'), '-D', data]);
}

/** Makes the cluster (about a second) and starts it; `stop` ends it and removes its files. */
export async function startPostgres({
  user = 'longtake',
  password = randomBytes(16).toString('hex'),
  settings: more = [],
  port: chosenPort,
}: TestPostgresOptions = {}): Promise<TestPostgres> {
  const dir = await tempDir();
  try {
    const [command, args] = await makeCluster(dir.path, { user, password });
    const port = chosenPort ?? (await freePort(host));
    const settings = [
      'fsync=off',
      'full_page_writes=off',
      'unix_socket_directories=',
      `listen_addresses=${host}`,
      ...more,
    ];
    const urlOf = (database: string): string => `postgres://${user}:${password}@${host}:${port}/${database}`;
    const server = await startServerProcess({
      run: await testRun(),
      label: 'PostgreSQL',
      command,
      args: [...args, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      cwd: dir.path,
      logFile: join(dir.path, 'postgres.log'),
      isReady: () => query(urlOf('postgres'), 'select 1').then(() => true),
      startSeconds: 30,
    });
    let count = 0;
    const newDatabaseUrl = async (): Promise<string> => {
      const name = `test_${++count}`;
      await query(urlOf('postgres'), `create database ${name}`);
      return urlOf(name);
    };
    const stop = async (): Promise<void> => {
      await server.stop();
      await dir.remove();
    };
    return { host, port, user, password, newDatabaseUrl, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await dir.remove();
    throw error;
  }
}
