import { afterAll, beforeAll, expect, test } from 'vitest';
import pg from 'pg';
import { cameraTrigger } from '../../../src/client/camera-map-trigger.ts';
import { saveCameraMap } from '../../../src/client/camera-map.ts';
import { orderAllRelays } from '../../../src/client/restream.ts';
import { asOwner, insertRows, oldMap, oldTable, type OldRow } from '../../camera-table/user-database.ts';
import { eventually } from '../../setup/eventually.ts';
import { startPostgres, type TestPostgres } from '../../setup/servers.ts';
import { layWire, type BrokenWire } from '../faults/broken-wire.ts';
import { startRelayStack, type RelayStack } from './relay-stack.ts';
import { supervisor } from './relay-watch.ts';

let stack: RelayStack;
let postgres: TestPostgres;
let wire: BrokenWire;
let ownerUrl: string;
let row: (id: number, more?: OldRow) => OldRow;

const signal = new AbortController().signal;
beforeAll(async () => {
  // Changes are heard, not found by polling; attention is the watch's own word.
  [postgres, stack] = await Promise.all([
    startPostgres(),
    startRelayStack({ settings: { pollSeconds: 600 } }),
  ]);
  wire = await layWire(postgres);
  ownerUrl = await postgres.newDatabaseUrl();
  const { user, password } = stack.cameras.server.users.reader;
  const ours = { ip: '127.0.0.1', port: String(stack.cameras.server.rtspPort), login: user, password };
  row = (id, more = {}) => ({ id, type: 'any', ...ours, ...more });
  await asOwner(ownerUrl, oldTable);
  await insertRows(
    ownerUrl,
    [1, 2, 3, 4, 5, 6].map((id) => row(id)),
  );
  const dsn = ownerUrl.replace(`:${postgres.port}/`, `:${wire.port}/`);
  const request = { ...oldMap, columns: { ...oldMap.columns, url: 'uri' } };
  await saveCameraMap(stack.catalog, { request, dsn, signal });
  await (await cameraTrigger(stack.catalog, { table: undefined, dsn, signal })).install();
  await stack.start();
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await wire[Symbol.asyncDispose]();
  await postgres.stop();
});

test('the rows of the user’s table become relays', async () => {
  await stack.live(['1', '2', '3', '4', '5', '6']);
});

test('a new row is live by the trigger’s word, though the table is polled every ten minutes', async () => {
  await insertRows(ownerUrl, [row(7)]);
  await stack.live(['7']);
});

test('a row that is switched off goes at once, and comes back', async () => {
  await asOwner(ownerUrl, 'update cameras set enabled = false where id = 7');
  await stack.down('7');
  await asOwner(ownerUrl, 'update cameras set enabled = true where id = 7');
  await stack.live(['7']);
});

test('rows that cannot be served raise attention, and all others go on', async () => {
  const secret = 'p4ss-of-a-bad-row';
  await insertRows(ownerUrl, [
    row(8, { uri: `rtmp://viewer:${secret}@127.0.0.1/live` }),
    row(9, { port: '99999', password: secret }),
    row(7, { ip: '127.0.0.2' }),
    row(10),
  ]);
  const text = await stack.says('camera 8');
  expect(text).not.toContain(secret);
  await stack.live(['1', '10']);
  await asOwner(ownerUrl, `delete from cameras where id in (8, 9) or ip = '127.0.0.2'`);
  await stack.shows(supervisor, 'running');
  await stack.live(['7', '10']);
});

test('a table that no longer fits its map changes nothing and raises attention', async () => {
  await asOwner(ownerUrl, 'alter table cameras rename column password to secret', 'notify longtake_cameras');
  await stack.says('cannot be read');
  await stack.live(['1', '10']);
  await asOwner(ownerUrl, 'alter table cameras rename column secret to password', 'notify longtake_cameras');
  await stack.shows(supervisor, 'running');
});

test('a database that is away changes nothing and raises attention; what it said meanwhile is heard afterwards', async () => {
  wire.cut();
  await orderAllRelays(stack.client, 'settle');
  await stack.says('cannot be read');
  await stack.live(['1', '10']);
  await insertRows(ownerUrl, [row(11)]);
  wire.mend();
  // Listening begins anew after at most a few seconds.
  await stack.live(['11'], 30);
  await stack.shows(supervisor, 'running');
});

test('many changes leave one connection that listens', async () => {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await eventually(
      async () => {
        const { rows } = await client.query<{ query: string }>(
          'select query from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
        );
        return rows.length === 1 && rows;
      },
      { what: 'a single connection' },
    );
  } finally {
    await client.end();
  }
});
