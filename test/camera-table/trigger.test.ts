// The trigger on the user's table, and the ear that hears it: real notifications, a database that goes away and comes back.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listenForChanges, type ListenRequest } from '../../src/camera-table/listen.ts';
import { installTrigger, lookAtTrigger, removeTrigger } from '../../src/camera-table/trigger.ts';
import { eventually } from '../setup/eventually.ts';
import { startPostgres, type TestPostgres } from '../setup/servers.ts';
import { silenceable } from './silent-wire.ts';
import { asOwner, insertRows, oldTable, readerOf } from './user-database.ts';

let server: TestPostgres;
let owner: string;
const { signal } = new AbortController();

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());
beforeEach(async () => {
  owner = await server.newDatabaseUrl();
  await asOwner(owner, oldTable);
});

const on = (table: string, dsn = owner) => ({ dsn, table, signal });

async function triggerNames(): Promise<string[]> {
  const client = new pg.Client({ connectionString: owner });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select tgname as name from pg_trigger where not tgisinternal
       union all select proname from pg_proc where proname like 'longtake%'`,
    );
    return rows.map(({ name }) => name).toSorted();
  } finally {
    await client.end();
  }
}

/** Listens until the block ends; `count` grows with each call of onChange. */
async function ear(request: Omit<ListenRequest, 'signal' | 'onChange'>) {
  const end = new AbortController();
  const heard = { count: 0 };
  const listening = listenForChanges({ ...request, signal: end.signal, onChange: () => (heard.count += 1) });
  const stop = async (): Promise<void> => {
    end.abort();
    await listening;
  };
  await eventually(() => heard.count === 1, { what: 'the first connection' });
  return { heard, [Symbol.asyncDispose]: stop };
}

describe('the trigger', () => {
  test('is installed as often as one likes, and removed without a trace', async () => {
    expect(await lookAtTrigger(on('cameras'))).toMatchObject({
      table: '"public"."cameras"',
      installed: false,
    });
    expect(await triggerNames()).toEqual([]);
    await installTrigger(on('cameras'));
    expect(await installTrigger(on('cameras'))).toMatchObject({ installed: true });
    expect(await triggerNames()).toEqual(['longtake_cameras_changed', 'longtake_changed_cameras']);
    expect(await removeTrigger(on('cameras'))).toMatchObject({ installed: false });
    expect(await removeTrigger(on('cameras'))).toMatchObject({ installed: false });
    expect(await triggerNames()).toEqual([]);
  });

  test('stands on several tables, with any name, each removed alone', async () => {
    const odd = `"Sch.1"."T""1 ${'x'.repeat(40)}"`;
    await asOwner(owner, 'create schema "Sch.1"', `create table ${odd} (id int)`);
    await installTrigger(on('cameras'));
    await installTrigger(on(odd));
    await removeTrigger(on(odd));
    expect(await lookAtTrigger(on('cameras'))).toMatchObject({ installed: true });
  });

  test('is refused on a view, which tables below it could carry', async () => {
    await asOwner(
      owner,
      'create table sites (id int)',
      'create view inner_view as select c.id, s.id as site from cameras c, sites s',
      'create materialized view outer_view as select * from inner_view',
    );
    await expect(installTrigger(on('outer_view'))).rejects.toMatchObject({
      type: 'InputInvalid',
      message:
        'outer_view is a view, and only tables can tell of changes by a trigger. It reads cameras, sites.',
      details: { remedy: expect.stringContaining('--table cameras') },
    });
    expect(await triggerNames()).toEqual([]);
  });

  test('is not installed by a login without the right, and nothing is half done', async () => {
    const reader = await readerOf(server, owner);
    await expect(installTrigger(on('cameras', reader))).rejects.toMatchObject({ type: 'AuthRejected' });
    expect(await triggerNames()).toEqual([]);
  });

  test('does not queue behind somebody who holds the table', async () => {
    const holder = new pg.Client({ connectionString: owner });
    await holder.connect();
    try {
      await holder.query('begin; lock table cameras');
      await expect(installTrigger(on('cameras'))).rejects.toMatchObject({ type: 'SourceBusy' });
    } finally {
      await holder.end();
    }
  });
});

describe('listening', () => {
  test('hears inserts, updates, deletes and truncates, a burst of them as one', async () => {
    await installTrigger(on('cameras'));
    await using one = await ear({ dsn: owner });
    const { heard } = one;
    const next = async (...statements: string[]): Promise<void> => {
      const before = heard.count;
      await asOwner(owner, ...statements);
      await eventually(() => heard.count > before, { what: statements[0] ?? '' });
    };
    await next('insert into cameras (id) values (1)');
    await next('update cameras set ip = null');
    await next('delete from cameras');
    await next('truncate cameras');
    const before = heard.count;
    await asOwner(owner, ...Array.from({ length: 50 }, (_, id) => `insert into cameras (id) values (${id})`));
    await next('truncate cameras');
    expect(heard.count - before).toBeLessThan(25);
  });

  test('hears nothing once the trigger is removed', async () => {
    await installTrigger(on('cameras'));
    await using one = await ear({ dsn: owner });
    await removeTrigger(on('cameras'));
    await asOwner(owner, 'insert into cameras (id) values (1)');
    await installTrigger(on('cameras'));
    await asOwner(owner, 'insert into cameras (id) values (2)');
    await eventually(() => one.heard.count > 1, { what: 'the second row' });
    expect(one.heard.count).toBe(2);
  });

  test('comes back when its connection is cut, and says so, since it may have missed a change', async () => {
    await using one = await ear({ dsn: owner });
    await asOwner(
      owner,
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'longtake restream'
        and datname = current_database()`,
    );
    await eventually(() => one.heard.count === 2, { what: 'the second connection' });
  });

  test('outlives a PostgreSQL that is gone and comes back', async () => {
    const first = await startPostgres();
    const { port, user, password } = first;
    const dsn = await first.newDatabaseUrl();
    try {
      await using one = await ear({ dsn });
      await first.stop();
      await using second = await startPostgres({ port, user, password });
      expect(await second.newDatabaseUrl()).toBe(dsn);
      await eventually(() => one.heard.count >= 2, { what: 'listening again', seconds: 60 });
      await asOwner(dsn, oldTable);
      await installTrigger(on('cameras', dsn));
      const before = one.heard.count;
      await insertRows(dsn, [{ id: 1 }]);
      await eventually(() => one.heard.count > before, { what: 'the new row' });
    } finally {
      await first.stop();
    }
  });

  test('notices a connection that fell silent', async () => {
    await using wire = await silenceable(server);
    const url = new URL(owner);
    url.port = String(wire.port);
    await using one = await ear({ dsn: url.href, pingSeconds: 0.3 });
    wire.silence();
    await eventually(() => one.heard.count >= 2, { what: 'a new connection' });
  });

  test('refuses an address that can never be right', async () => {
    await expect(listenForChanges({ dsn: 'mysql://h/d', signal, onChange: () => {} })).rejects.toMatchObject({
      type: 'ConfigInvalid',
    });
  });
});
