// Secrets of relays and their servers: sealed, bound to their row, under one key with all others of the catalog.
import { cp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { CatalogOptions } from '../../src/catalog/connect.ts';
import { forEachDatabase } from './databases.ts';
import { runSql } from './relay-sql.ts';
import { cameraRow } from './rows.ts';
import { serverSecrets, serverSpec, wantedRelay, withLogin } from './relay-rows.ts';

const password = 'CANARY-7f3a pä%ss@:/#';

forEachDatabase(({ open, newOptions }) => {
  const withRelays = async () => {
    const options = await newOptions();
    const catalog = await open(options);
    await catalog.relays.sync({ cameras: [withLogin('a', password), wantedRelay('b')], gone: [] });
    return { options, keyFile: options.keyFile as string, ...catalog };
  };
  const refused = { type: 'ConfigInvalid', message: expect.stringContaining('sealed with key') };

  test('credentials come back exactly, and only by their own door', async () => {
    const { relays } = await withRelays();
    expect(await relays.credentialsOf('a')).toEqual({ user: 'admin-canary', password });
    expect(await relays.credentialsOf('b')).toBeUndefined();
    expect(await relays.credentialsOf('unknown')).toBeUndefined();
    const placed = await relays.place({ cameraId: 'a', engine: 'pull', server: 's', stopped: false });
    expect(JSON.stringify([await relays.list(), placed])).not.toMatch(/CANARY|admin-canary/);
    expect((await relays.list()).map(({ hasCredentials }) => hasCredentials)).toEqual([true, false]);
  });

  test('the database holds no password in the clear', async () => {
    const { options, relays, relayServers } = await withRelays();
    await relays.sync({ cameras: [withLogin('a', `${password}2`)], gone: [] });
    await relayServers.put({ name: 's', spec: serverSpec(), secrets: serverSecrets(password) });
    expect(await relays.credentialsOf('a')).toMatchObject({ password: `${password}2` });
    expect(await relayServers.secretsOf('s')).toEqual(serverSecrets(password));
    const stored = await everythingStored(options);
    expect(stored).toContain('rtsp://10.0.0.1/a');
    for (const form of [
      'CANARY',
      'admin-canary',
      encodeURIComponent(password),
      btoa('CANARY-7f3a').slice(0, 14),
    ])
      expect(stored).not.toContain(form);
  });

  test('what is stored beside a short password does not tell it: the fingerprint needs the key', async () => {
    const one = await open();
    const other = await open();
    const same = { cameras: [withLogin('a', '1'), wantedRelay('b')], gone: [] };
    for (const { relays } of [one, other]) await relays.sync(same);
    const [first, second] = [await one.relays.fingerprints(), await other.relays.fingerprints()];
    expect(first.get('a')).not.toBe(second.get('a'));
    expect(first.get('b')).toBe(second.get('b'));
  });

  test('credentials that were moved to another row do not open there', async () => {
    const { options, relays } = await withRelays();
    await relays.sync({ cameras: [withLogin('c', 'other')], gone: [] });
    const stolen = `(select sealed from relay_credentials where camera_id = 'a')`;
    await runSql(options, `update relay_credentials set sealed = ${stolen} where camera_id = 'c'`);
    const broken = { type: 'ConfigInvalid', message: expect.stringContaining('camera "c" do not open') };
    await expect(relays.credentialsOf('c')).rejects.toMatchObject(broken);
    expect(await relays.credentialsOf('a')).toMatchObject({ password });
  });

  test('credentials go with their relay', async () => {
    const { options, relays } = await withRelays();
    await relays.sync({ cameras: [], gone: ['a'] });
    expect(await relays.credentialsOf('a')).toMatchObject({ password });
    await relays.remove('a');
    expect(await runSql(options, 'select * from relay_credentials')).toEqual([]);
  });

  test.each(['relay', 'server'])(
    'a process without the key of a stored %s secret neither reads nor adds, and makes no second key',
    async (kind) => {
      const options = await newOptions();
      const keyFile = options.keyFile as string;
      const first = await open(options);
      if (kind === 'relay') await first.relays.sync({ cameras: [withLogin('a', password)], gone: [] });
      else await first.relayServers.put({ name: 's', spec: serverSpec(), secrets: serverSecrets(password) });
      await cp(keyFile, `${keyFile}.kept`);
      await rm(keyFile);
      const { relays, relayServers, cameras, credentials } = await open(options);
      await cameras.upsertMany({ rows: [cameraRow('x')] });
      const login = { user: 'u', password };
      await expect(credentials.put('x', 'live', login)).rejects.toMatchObject(refused);
      await expect(relays.sync({ cameras: [withLogin('z', 'p')], gone: [] })).rejects.toMatchObject(refused);
      const server = { name: 'z', spec: serverSpec(), secrets: serverSecrets('p') };
      await expect(relayServers.put(server)).rejects.toMatchObject(refused);
      await expect(
        kind === 'relay' ? relays.credentialsOf('a') : relayServers.secretsOf('s'),
      ).rejects.toMatchObject(refused);
      await expect(stat(keyFile)).rejects.toMatchObject({ code: 'ENOENT' });
      await cp(`${keyFile}.kept`, keyFile);
      await relayServers.put(server);
      expect(await relayServers.secretsOf('z')).toEqual(serverSecrets('p'));
    },
  );

  test('a process without a key file syncs cameras without credentials, and says what is missing for others', async () => {
    const { keyFile: _, ...options } = await newOptions();
    const { relays } = await open(options);
    expect(await relays.sync({ cameras: [wantedRelay('b')], gone: [] })).toMatchObject({ added: 1 });
    const message = expect.stringContaining('No key file is configured');
    await expect(relays.sync({ cameras: [withLogin('a', 'p')], gone: [] })).rejects.toMatchObject({
      type: 'ConfigInvalid',
      message,
    });
  });

  async function everythingStored(options: CatalogOptions): Promise<string> {
    if (options.kind === 'sqlite') {
      const dir = dirname(options.file);
      const files = (await readdir(dir)).filter((name) => name.startsWith('catalog.sqlite'));
      return (await Promise.all(files.map((name) => readFile(join(dir, name), 'latin1')))).join('');
    }
    const names = ['relays', 'relay_credentials', 'relay_reports', 'relay_servers', 'relay_server_secrets'];
    const tables = await Promise.all(names.map((name) => runSql(options, `select * from ${name}`)));
    return JSON.stringify(tables);
  }
});
