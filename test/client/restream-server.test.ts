// What a caller can do with the MediaMTX servers of relays, before a real catalog.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { relayServerDocumentOf } from '../../src/client/restream-documents.ts';
import { addRelayServer, removeRelayServer, returnRelayServer } from '../../src/client/restream-server.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { connectCatalog } from '../../src/catalog/connect.ts';
import { relayServerDocument } from '../../src/contract/restream.ts';
import { wantedRelay } from '../catalog/relay-rows.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';

let dir: TempDir;
let catalog: Catalog;
beforeEach(async () => {
  dir = await tempDir();
  const files = { file: join(dir.path, 'catalog.sqlite'), keyFile: join(dir.path, 'key') };
  catalog = await connectCatalog({ kind: 'sqlite', ...files });
});
afterEach(async () => {
  await catalog.close();
  await dir.remove();
});

const request = (more: object = {}) => ({
  ...{ name: 'one', apiUrl: 'http://10.0.0.1:9997/', rtspUrl: 'rtsp://10.0.0.1:8554' },
  ...more,
});
const accounts = {
  api: { user: 'api', password: 'canary-7' },
  gateKey: 'ab'.repeat(32),
  reader: { user: 'r' },
};
const add = (more: object = {}, given: unknown = accounts): Promise<string> =>
  addRelayServer(catalog, { request: request(more), accounts: given });
const placed = async (cameraId: string, server: string): Promise<void> => {
  await catalog.relays.sync({ cameras: [wantedRelay(cameraId)], gone: [] });
  await catalog.relays.place({ cameraId, engine: 'pull', server, stopped: false });
};
const shown = async () => {
  const rows = await catalog.relays.list();
  return (await catalog.relayServers.list()).map((server) =>
    relayServerDocument.parse(relayServerDocumentOf(server, rows)),
  );
};

describe('adding a server', () => {
  it('stores its addresses without a slash at the end, and its secrets apart', async () => {
    expect(await add({ viewUrl: 'rtsp://view.example/' })).toBe('one');
    expect(await shown()).toMatchObject([
      {
        ...{ name: 'one', state: 'up', weight: 1, returns: 'word', relays: 0 },
        ...{
          apiUrl: 'http://10.0.0.1:9997',
          rtspUrl: 'rtsp://10.0.0.1:8554',
          viewUrl: 'rtsp://view.example',
        },
      },
    ]);
    expect(JSON.stringify(await shown())).not.toContain('canary');
    expect(await catalog.relayServers.secretsOf('one')).toEqual({
      api: accounts.api,
      gateKey: accounts.gateKey,
    });
  });

  it('that is known replaces its addresses and keeps its state', async () => {
    await add();
    await catalog.relayServers.setState({ name: 'one', state: 'held', reason: 'It was away.' });
    await add({ rtspUrl: 'rtsp://10.0.0.9:8554', weight: 2 });
    expect(await shown()).toMatchObject([{ state: 'held', rtspUrl: 'rtsp://10.0.0.9:8554', weight: 2 }]);
  });

  it.each<[string, object, unknown, RegExp]>([
    ['a name with a slash', { name: 'a/b' }, accounts, /name: small letters/],
    [
      'a login in the API’s address',
      { apiUrl: 'http://u:canary@h:1' },
      accounts,
      /apiUrl: http:\/\/host:port/,
    ],
    [
      'a login in the RTSP address',
      { rtspUrl: 'rtsp://u:canary@h:1' },
      accounts,
      /rtspUrl: rtsp:\/\/host:port/,
    ],
    ['a login in the viewers’ address', { viewUrl: 'rtsp://u:canary@h:1' }, accounts, /viewUrl: an address/],
    ['another scheme', { rtspUrl: 'http://h:1' }, accounts, /rtspUrl/],
    ['no weight', { weight: 0 }, accounts, /weight/],
    ['an unknown rule', { returns: 'never' }, accounts, /returns/],
    ['a field nobody knows', { apiPassword: 'canary' }, accounts, /apiPassword/],
    ['no account for the API', {}, { gateKey: accounts.gateKey }, /accounts file.*api/],
    ['a password that is no text', {}, { api: { user: 'api', password: 12_345 } }, /api\.password/],
    ['a key that is none', {}, { ...accounts, gateKey: 'canary' }, /gateKey: 64 hexadecimal digits/],
    ['no accounts at all', {}, null, /accounts file/],
  ])('refuses %s, names the field, and stores nothing', async (_, more, given, message) => {
    const fault = await add(more, given).catch((error: unknown) => error as Error);
    expect(fault).toMatchObject({ type: 'InputInvalid', message: expect.stringMatching(message) });
    expect((fault as Error).message).not.toMatch(/canary|12_?345/);
    expect(await shown()).toEqual([]);
  });
});

describe('returning a server', () => {
  it('that is held makes it up, and its reason is forgotten', async () => {
    await add();
    await catalog.relayServers.setState({ name: 'one', state: 'held', reason: 'It was away.' });
    await returnRelayServer(catalog, 'one');
    const [server] = await shown();
    expect(server).toMatchObject({ state: 'up' });
    expect(server).not.toHaveProperty('reason');
    await returnRelayServer(catalog, 'one');
  });

  it('that does not answer is refused with the reason', async () => {
    await add();
    await catalog.relayServers.setState({ name: 'one', state: 'down', reason: 'Connection refused' });
    await expect(returnRelayServer(catalog, 'one')).rejects.toMatchObject({
      type: 'InputInvalid',
      message: expect.stringContaining('Connection refused'),
    });
    await expect(returnRelayServer(catalog, 'never')).rejects.toMatchObject({ type: 'NotFound' });
  });
});

describe('removing a server', () => {
  it('moves its relays to the others first', async () => {
    await add();
    await add({ name: 'two' });
    await placed('hall', 'one');
    await placed('yard', 'two');
    await removeRelayServer(catalog, 'one');
    expect(await shown()).toMatchObject([{ name: 'two', relays: 2 }]);
    expect(await catalog.relays.get('hall')).toMatchObject({ server: 'two', epoch: 2 });
    expect(await catalog.relays.get('yard')).toMatchObject({ server: 'two', epoch: 1 });
  });

  it('that is the last one is refused while it carries relays, and changes nothing', async () => {
    await add();
    await add({ name: 'lost' });
    await catalog.relayServers.setState({ name: 'lost', state: 'down' });
    await placed('hall', 'one');
    await expect(removeRelayServer(catalog, 'one')).rejects.toMatchObject({ type: 'InputInvalid' });
    expect(await catalog.relayServers.get('one')).toMatchObject({ state: 'up' });
    await removeRelayServer(catalog, 'lost');
    await catalog.relays.sync({ cameras: [], gone: ['hall'] });
    await catalog.relays.remove('hall');
    await removeRelayServer(catalog, 'one');
    expect(await shown()).toEqual([]);
    await expect(removeRelayServer(catalog, 'one')).rejects.toMatchObject({ type: 'NotFound' });
  });
});
