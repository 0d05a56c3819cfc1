// Relays placed, moved with their servers, and forgotten: the short activities before a real catalog.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRestreamActivities } from '../../../src/activities/restream/relay-light.ts';
import type { RestreamDeps } from '../../../src/activities/restream/restream-deps.ts';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { connectCatalog } from '../../../src/catalog/connect.ts';
import type { RelayServerState } from '../../../src/catalog/relay-types.ts';
import { relayReport, serverSecrets, serverSpec, wantedRelay, withLogin } from '../../catalog/relay-rows.ts';
import { tempDir, type TempDir } from '../../setup/temp-dir.ts';

let dir: TempDir;
let catalog: Catalog;
let activities: ReturnType<typeof createRestreamActivities>;
beforeEach(async () => {
  dir = await tempDir();
  const files = { file: join(dir.path, 'catalog.sqlite'), keyFile: join(dir.path, 'key') };
  catalog = await connectCatalog({ kind: 'sqlite', ...files });
  const settings = { engine: 'pull', pathPrefix: 'cam/' };
  activities = createRestreamActivities({ catalog, settings } as unknown as RestreamDeps);
});
afterEach(async () => {
  await catalog.close();
  await dir.remove();
});

const server = (name: string, weight = 1): Promise<void> =>
  catalog.relayServers.put({ name, spec: serverSpec(weight), secrets: serverSecrets('canary-9') });
const become = (name: string, state: RelayServerState) => catalog.relayServers.setState({ name, state });
const want = (...ids: string[]) =>
  catalog.relays.sync({ cameras: ids.map((id) => wantedRelay(id)), gone: [] });
const place = (
  cameraId: string,
  more: { engine?: 'pull' | 'ffmpeg'; stopped?: boolean; forgive?: boolean } = {},
) => activities.placeRelay({ cameraId, stopped: false, forgive: false, ...more });
const whereabouts = async (): Promise<Record<string, string | undefined>> =>
  Object.fromEntries((await catalog.relays.list()).map((row) => [row.cameraId, row.server]));
const hundred = Array.from({ length: 100 }, (_, index) => `cam-${index}`);

describe('placing', () => {
  it('gives a relay its server, its epoch and a first report without secrets', async () => {
    await server('a');
    await catalog.relays.sync({ cameras: [withLogin('hall', 'canary-1')], gone: [] });
    const placed = await place('hall');
    expect(placed).toMatchObject({
      ...{ wanted: true, engine: 'pull', server: 'a', epoch: 1 },
      report: {
        ...{ epoch: 1, state: 'connecting', restarts: 0, source: 'rtsp://10.0.0.1/hall' },
        viewUrl: 'rtsp://10.0.0.2:8554/cam/hall',
      },
    });
    expect(JSON.stringify(placed)).not.toMatch(/canary/);
    expect((await place('hall')).epoch).toBe(2);
  });

  it.each([
    ['the operator’s word', { engine: 'ffmpeg' } as const, {}, 'ffmpeg'],
    ['the row', {}, { engine: 'ffmpeg' } as const, 'ffmpeg'],
    ['the operator over the row', { engine: 'pull' } as const, { engine: 'ffmpeg' } as const, 'pull'],
    ['the configuration', {}, {}, 'pull'],
  ])('chooses the engine by %s', async (_, request, spec, engine) => {
    await server('a');
    await catalog.relays.sync({ cameras: [wantedRelay('hall', spec)], gone: [] });
    expect(await place('hall', request)).toMatchObject({ engine, report: { engine } });
    expect(await catalog.relays.get('hall')).toMatchObject({ engine });
  });

  it('says that it is stopped, keeps restarts and the last reason, and forgets refusals when told to', async () => {
    await server('a');
    await want('hall');
    await place('hall');
    const report = relayReport(1, { restarts: 7, reason: 'It broke off.' });
    await catalog.relays.record([{ cameraId: 'hall', report }]);
    await catalog.relays.noteRefusal({ cameraId: 'hall', atMs: Date.now(), windowSeconds: 900 });
    const stopped = await place('hall', { stopped: true });
    expect(stopped.report).toMatchObject({ state: 'stopped', restarts: 7, reason: 'It broke off.' });
    expect((await catalog.relays.get('hall'))?.refusedAtMs).toHaveLength(1);
    await place('hall', { forgive: true });
    expect((await catalog.relays.get('hall'))?.refusedAtMs).toEqual([]);
  });

  it('follows the row’s server while that is up, and another one while it is not', async () => {
    await server('a', 1_000_000);
    await server('b');
    await catalog.relays.sync({ cameras: [wantedRelay('hall', { server: 'b' })], gone: [] });
    expect((await place('hall')).server).toBe('b');
    await become('b', 'down');
    expect((await place('hall')).server).toBe('a');
  });

  it.each<[string, Record<string, RelayServerState>, string]>([
    ['one that is up', { a: 'held', b: 'up', c: 'down' }, 'b'],
    ['one that is held while none is up', { a: 'down', b: 'held', c: 'down' }, 'b'],
  ])('takes %s', async (_, states, expected) => {
    await want('hall');
    for (const [name, state] of Object.entries(states)) {
      await server(name);
      await become(name, state);
    }
    expect((await place('hall')).server).toBe(expected);
  });

  it('waits for a server while none answers, and names them', async () => {
    await want('hall');
    await expect(place('hall')).rejects.toMatchObject({
      type: 'SourceUnreachable',
      message: expect.stringContaining('none is known'),
    });
    await server('a');
    await become('a', 'down');
    await expect(place('hall')).rejects.toMatchObject({ message: expect.stringContaining('a is down') });
  });

  it('of a camera that is gone says so, even while no server answers', async () => {
    expect(await place('never')).toMatchObject({ wanted: false, report: { state: 'stopped' } });
    await want('hall');
    await catalog.relays.sync({ cameras: [], gone: ['hall'] });
    expect(await place('hall')).toMatchObject({ wanted: false, report: { state: 'stopped' } });
  });
});

describe('settling', () => {
  beforeEach(async () => {
    for (const name of ['a', 'b', 'c']) await server(name);
    await want(...hundred);
    for (const id of hundred) await place(id);
  });

  it('moves the share of a lost server alone, and back when it is up again', async () => {
    const before = await whereabouts();
    await become('b', 'down');
    const share = hundred.filter((id) => before[id] === 'b').length;
    expect(share).toBeGreaterThan(10);
    expect(await activities.settleServers()).toEqual({ moved: share });
    const after = await whereabouts();
    for (const id of hundred) if (before[id] !== 'b') expect(after[id]).toBe(before[id]);
    expect(Object.values(after)).not.toContain('b');
    expect(await activities.settleServers()).toEqual({ moved: 0 });
    await become('b', 'held');
    expect(await activities.settleServers()).toEqual({ moved: 0 });
    await become('b', 'up');
    expect(await activities.settleServers()).toEqual({ moved: share });
    expect(await whereabouts()).toEqual(before);
  });

  it('gives a moved relay another epoch, so that both keepers see it', async () => {
    await become('b', 'down');
    const [moved] = Object.entries(await whereabouts()).find(([, name]) => name === 'b')!;
    await activities.settleServers();
    expect((await catalog.relays.get(moved))?.epoch).toBe(2);
  });

  it('leaves everything where it is while no server answers', async () => {
    const before = await whereabouts();
    for (const name of ['a', 'b', 'c']) await become(name, 'down');
    expect(await activities.settleServers()).toEqual({ moved: 0 });
    expect(await whereabouts()).toEqual(before);
  });

  it('gives all to one that is held when every other is lost', async () => {
    for (const name of ['a', 'b']) await become(name, 'down');
    await become('c', 'held');
    await activities.settleServers();
    expect(new Set(Object.values(await whereabouts()))).toEqual(new Set(['c']));
  });

  it('finds relays whose server is not in the catalog any more', async () => {
    const before = await whereabouts();
    await catalog.relayServers.remove('b');
    await activities.settleServers();
    const after = await whereabouts();
    expect(Object.values(after)).not.toContain('b');
    for (const id of hundred) if (before[id] !== 'b') expect(after[id]).toBe(before[id]);
  });
});

it('cameras are paused and forgotten', async () => {
  await want('hall');
  expect(await activities.readPause({})).toEqual({ paused: false });
  await activities.setRelaysPaused({ paused: true });
  expect(await activities.readPause({})).toEqual({ paused: true });
  expect(await catalog.relays.isPaused()).toBe(true);
  await catalog.relays.sync({ cameras: [], gone: ['hall'] });
  await activities.removeRelay({ cameraId: 'hall' });
  expect(await catalog.relays.get('hall')).toBeUndefined();
});
