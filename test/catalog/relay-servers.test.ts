// MediaMTX servers in the catalog: their state, and secrets that only their own door gives.
import { expect, test } from 'vitest';
import { forEachDatabase } from './databases.ts';
import { serverSecrets, serverSpec } from './relay-rows.ts';

forEachDatabase(({ open }) => {
  test('a new server is up, and one that is put again keeps its state', async () => {
    const { relayServers } = await open();
    const beforeMs = Date.now();
    await relayServers.put({ name: 'b', spec: serverSpec(), secrets: serverSecrets('one') });
    await relayServers.put({ name: 'a', spec: serverSpec(2), secrets: serverSecrets('two') });
    expect(await relayServers.list()).toEqual([
      { name: 'a', spec: serverSpec(2), state: 'up', sinceMs: expect.any(Number) },
      { name: 'b', spec: serverSpec(), state: 'up', sinceMs: expect.any(Number) },
    ]);
    expect((await relayServers.get('a'))?.sinceMs).toBeGreaterThanOrEqual(beforeMs);
    expect(await relayServers.get('unknown')).toBeUndefined();
    await relayServers.setState({ name: 'a', state: 'down', reason: 'no answer for 10 s' });
    await relayServers.put({ name: 'a', spec: serverSpec(5), secrets: serverSecrets('three') });
    expect(await relayServers.get('a')).toMatchObject({
      spec: { weight: 5 },
      state: 'down',
      reason: 'no answer for 10 s',
    });
    expect(await relayServers.secretsOf('a')).toEqual(serverSecrets('three'));
    expect(await relayServers.secretsOf('b')).toEqual(serverSecrets('one'));
  });

  test('a state is set once, and its reason goes with it', async () => {
    const { relayServers } = await open();
    await relayServers.put({ name: 'a', spec: serverSpec(), secrets: serverSecrets('one') });
    expect(await relayServers.setState({ name: 'a', state: 'up' })).toBe(false);
    const down = await Promise.all(
      ['first', 'second', 'third'].map((reason) =>
        relayServers.setState({ name: 'a', state: 'down', reason }),
      ),
    );
    expect(down.filter(Boolean)).toHaveLength(1);
    expect(await relayServers.get('a')).toMatchObject({ state: 'down', reason: expect.any(String) });
    expect(await relayServers.setState({ name: 'a', state: 'held' })).toBe(true);
    expect(await relayServers.get('a')).toMatchObject({ state: 'held' });
    expect(await relayServers.get('a')).not.toHaveProperty('reason');
    expect(await relayServers.setState({ name: 'unknown', state: 'down' })).toBe(false);
  });

  test('a server goes with its secrets', async () => {
    const { relayServers } = await open();
    await relayServers.put({ name: 'a', spec: serverSpec(), secrets: { api: { user: 'u', password: 'p' } } });
    expect(await relayServers.secretsOf('a')).toEqual({ api: { user: 'u', password: 'p' } });
    expect(await relayServers.remove('a')).toBe(true);
    expect(await relayServers.remove('a')).toBe(false);
    const absent = { type: 'NotFound', message: expect.stringContaining('"a"') };
    await expect(relayServers.secretsOf('a')).rejects.toMatchObject(absent);
    expect(await relayServers.list()).toEqual([]);
  });
});
