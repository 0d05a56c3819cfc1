// What an import says when the old database cannot be read, and that it only reads.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/embedded/free-ports.ts';
import { readNvr } from '../../src/nvr-tables/read-nvr.ts';
import { startPostgres, type TestPostgres } from '../setup/servers.ts';
import { fillNvr, nvrDatabase } from './nvr-database.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const timeZone = 'Europe/Moscow';
const failureOf = async (dsn: string, timeoutSeconds?: number) =>
  readNvr({ dsn, timeZone, ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) }).then(
    () => undefined,
    (error: unknown) => error as Error & { type: string },
  );

test('a login that may only read is enough', async () => {
  const nvr = await nvrDatabase(server);
  await fillNvr(nvr);
  await nvr.run(
    `create role nvr_reader login password 'p@ss:/%#ä'`,
    'grant select on all tables in schema public to nvr_reader',
  );
  const { pathname } = new URL(nvr.dsn);
  const dsn = `postgres://nvr_reader:${encodeURIComponent('p@ss:/%#ä')}@${server.host}:${server.port}${pathname}`;
  const { rooms, sources, records, skipped } = await readNvr({ dsn, timeZone });
  expect([rooms.length, sources.length, records.length, skipped.length]).toEqual([1, 4, 3, 0]);
});

test('instants are read on the clock that was named, an offset with its usual sign', async () => {
  const nvr = await nvrDatabase(server);
  await fillNvr(nvr);
  await nvr.run(
    `alter table records alter column start_time type timestamptz using timestamptz '2021-03-04 07:30:00+00'`,
  );
  for (const [zone, clock] of [
    ['Europe/Moscow', '10:30'],
    ['+05:00', '12:30'],
    ['-03:30', '04:00'],
  ] as const) {
    const { records } = await readNvr({ dsn: nvr.dsn, timeZone: zone });
    expect(records[0]?.start_time).toContain(`2021-03-04 ${clock}`);
  }
});

test('a view that writes is refused, and nothing is written', async () => {
  const nvr = await nvrDatabase(server);
  await nvr.run(
    'alter table rooms rename to old_rooms',
    `create function write() returns integer language sql volatile as 'insert into old_rooms (name) values (''x'') returning 1'`,
    'create view rooms as select write() as id, name from (values (1)) as one(name)',
  );
  expect(await failureOf(nvr.dsn)).toMatchObject({ type: 'InputInvalid' });
  await nvr.run('drop view rooms', 'alter table old_rooms rename to rooms');
  expect((await readNvr({ dsn: nvr.dsn, timeZone })).rooms).toEqual([]);
});

test('each failure has its type, and none shows the password', async () => {
  const nvr = await nvrDatabase(server);
  const wrong = nvr.dsn.replace(server.password, 'wrong-canary');
  const closed = `postgres://u:canary@127.0.0.1:${await freePort('127.0.0.1')}/nvr`;
  const faults = [
    ['AuthRejected', await failureOf(wrong)],
    ['NotFound', await failureOf(nvr.dsn.replace(/[^/]*$/, 'absent'))],
    ['NotFound', await failureOf(await server.newDatabaseUrl())],
    ['SourceUnreachable', await failureOf(closed)],
    ['ConfigInvalid', await failureOf('mysql://u:canary@127.0.0.1/nvr')],
    ['ConfigInvalid', await failureOf('postgres://u:canary@127.0.0.1:x/nvr')],
  ] as const;
  expect(faults.map(([, fault]) => fault?.type)).toEqual(faults.map(([type]) => type));
  for (const [, fault] of faults) {
    expect(fault?.message).not.toContain('canary');
    expect(fault?.message).not.toContain(server.password);
  }
});

test('a database that does not answer in time is given up', async () => {
  const nvr = await nvrDatabase(server);
  await nvr.run(
    'alter table rooms rename to old_rooms',
    'create view rooms as select 1 as id, pg_sleep(60)::text as name',
  );
  expect(await failureOf(nvr.dsn, 0.3)).toMatchObject({ type: 'SourceStalled' });
});
