// A PostgreSQL that plays the user's database: a table of cameras as the old service had it, and a login that may only read.
import pg from 'pg';
import type { CameraMap } from '../../src/contract/camera-map.ts';
import type { TestPostgres } from '../setup/servers.ts';

export const oldTable = `create table cameras (
  id integer, ip text, port text, login text, password text, type text, name text, enabled boolean default true, uri text
)`;

export interface OldRow {
  id?: number | null;
  ip?: string | null;
  port?: string | null;
  login?: string | null;
  password?: string | null;
  type?: string | null;
  name?: string | null;
  enabled?: boolean | null;
  uri?: string | null;
}

/** Runs statements as the owner. */
export async function asOwner(dsn: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

export async function insertRows(dsn: string, rows: readonly OldRow[]): Promise<void> {
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  try {
    await client.query(
      `insert into cameras (id, ip, port, login, password, type, name, enabled, uri)
       select r.id, r.ip, r.port, r.login, r.password, r.type, r.name, coalesce(r.enabled, true), r.uri
         from json_populate_recordset(null::cameras, $1) r`,
      [JSON.stringify(rows)],
    );
  } finally {
    await client.end();
  }
}

/** Address of a login of its own that may select from the tables of this database and nothing else. */
export async function readerOf(server: TestPostgres, dsn: string): Promise<string> {
  const url = new URL(dsn);
  const name = `reader_${url.pathname.slice(1)}`;
  await asOwner(
    dsn,
    `create role ${name} login password 'p@ss:/%#ä'`,
    `grant select on all tables in schema public to ${name}`,
  );
  return `postgres://${name}:${encodeURIComponent('p@ss:/%#ä')}@${server.host}:${server.port}${url.pathname}`;
}

/** What `restream map` stores for the old table. */
export const oldMap: CameraMap = {
  table: 'cameras',
  columns: { id: 'id', type: 'type', port: 'port', password: 'password', name: 'name', enabled: 'enabled' },
  urlTemplates: {
    hikvision: 'rtsp://{login}:{password}@{ip}:{port}/Streaming/Channels/101',
    default: 'rtsp://{login}:{password}@{ip}:{port}/live',
  },
  timeZone: 'Europe/Moscow',
};
