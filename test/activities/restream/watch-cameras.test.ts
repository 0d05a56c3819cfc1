// The watch of the list of cameras: it ends when something has changed, and takes no camera down on a bad read.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CameraListRead, RestreamDeps } from '../../../src/activities/restream/restream-deps.ts';
import type { WatchRequest } from '../../../src/activities/restream/types.ts';
import { watchCameras } from '../../../src/activities/restream/watch-cameras.ts';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { connectCatalog } from '../../../src/catalog/connect.ts';
import { Fault } from '../../../src/domain/fault.ts';
import { serverSecrets, serverSpec, wantedRelay, withLogin } from '../../catalog/relay-rows.ts';
import { eventually } from '../../setup/eventually.ts';
import { tempDir, type TempDir } from '../../setup/temp-dir.ts';
import { inActivity, type RunningActivity } from '../in-activity.ts';

let dir: TempDir;
let catalog: Catalog;
let list: () => Partial<CameraListRead>;
let changed: () => void;
let listening: AbortSignal;
let reads: number;
let deps: RestreamDeps;
let running: RunningActivity<unknown>[];

beforeEach(async () => {
  dir = await tempDir();
  const files = { file: join(dir.path, 'catalog.sqlite'), keyFile: join(dir.path, 'key') };
  catalog = await connectCatalog({ kind: 'sqlite', ...files });
  await catalog.relayServers.put({ name: 'one', spec: serverSpec(), secrets: serverSecrets('canary-9') });
  list = () => ({ cameras: [wantedRelay('a'), wantedRelay('b')] });
  reads = 0;
  running = [];
  deps = {
    catalog,
    settings: { pollSeconds: 0.05, vanishShare: 0.2, confirmGoneSeconds: 0.3 },
    readCameras: async () => {
      reads += 1;
      return { cameras: [], illDescribed: [], switchedOff: [], problems: [], ...list() };
    },
    onCamerasChanged: (signal: AbortSignal, call: () => void) => {
      listening = signal;
      changed = call;
    },
  } as unknown as RestreamDeps;
});
afterEach(async () => {
  for (const activity of running) activity.cancel();
  await Promise.allSettled(running.map(({ ended }) => ended));
  await catalog.close();
  await dir.remove();
});

const watch = (request: Partial<WatchRequest> = {}) => {
  const activity = inActivity(() => watchCameras(deps, { accept: false, servers: ['one'], ...request }));
  running.push(activity);
  return activity;
};
const hear = async (request: Partial<WatchRequest> = {}) => {
  const outcome = await watch(request).ended;
  await catalog.relays.markTold([...outcome.added, ...outcome.changed, ...outcome.gone]);
  return outcome;
};
const ids = (cameras: readonly { cameraId: string }[]): string[] => cameras.map(({ cameraId }) => cameraId);
const rounds = async (count: number): Promise<void> => {
  const from = reads;
  await eventually(() => reads >= from + count);
};

describe('a change of the list', () => {
  it('ends the watch: what is new, what has changed, what is gone', async () => {
    expect(await hear()).toMatchObject({
      added: [{ cameraId: 'a' }, { cameraId: 'b' }],
      changed: [],
      gone: [],
    });
    list = () => ({ cameras: [wantedRelay('a'), withLogin('b', 'canary-1'), wantedRelay('c')] });
    const second = await hear();
    expect([ids(second.added), ids(second.changed), ids(second.gone)]).toEqual([['c'], ['b'], []]);
    expect(JSON.stringify(second)).not.toContain('canary');
    list = () => ({ cameras: [wantedRelay('a'), withLogin('b', 'canary-1')] });
    const third = await hear();
    expect([ids(third.added), ids(third.changed), ids(third.gone)]).toEqual([[], [], ['c']]);
  });

  it('is told until it has been noted', async () => {
    expect(ids((await watch().ended).added)).toEqual(['a', 'b']);
    expect(ids((await hear()).added)).toEqual(['a', 'b']);
    const activity = watch();
    await rounds(5);
    activity.cancel();
    await expect(activity.ended).rejects.toThrow('cancelled by the test');
  });

  it('of thousands comes in pages, and nothing is lost', async () => {
    const all = Array.from({ length: 250 }, (_, index) => `cam-${String(index).padStart(3, '0')}`);
    list = () => ({ cameras: all.map((id) => wantedRelay(id)) });
    const pages = [await hear(), await hear(), await hear()];
    expect(pages.map(({ added }) => added.length)).toEqual([100, 100, 50]);
    expect(pages.flatMap(({ added }) => ids(added))).toEqual(all);
  });

  it('is seen at once when the list says so, also while it is being read', async () => {
    deps.settings.pollSeconds = 3600;
    await hear();
    const activity = watch();
    await rounds(1);
    list = () => {
      list = () => ({ cameras: [wantedRelay('a'), wantedRelay('b'), wantedRelay('c')] });
      changed();
      return { cameras: [wantedRelay('a'), wantedRelay('b')] };
    };
    changed();
    expect(ids((await activity.ended).added)).toEqual(['c']);
    expect(listening.aborted).toBe(true);
  });
});

describe('a camera that is missed', () => {
  it('is gone after the time for a second look, also when another change ends the watch between', async () => {
    deps.settings.confirmGoneSeconds = 4;
    await hear();
    list = () => ({ cameras: [wantedRelay('a')] });
    const sinceMs = performance.now();
    const activity = watch();
    await eventually(() => performance.now() - sinceMs > 2000);
    list = () => ({ cameras: [wantedRelay('a'), wantedRelay('c')] });
    const { added } = await activity.ended;
    await catalog.relays.markTold(added);
    const remembered = performance.now();
    expect(ids((await hear()).gone)).toEqual(['b']);
    expect(performance.now() - sinceMs).toBeGreaterThan(3950);
    expect(performance.now() - remembered).toBeLessThan(3800);
  });

  it('is gone at once when its row says so', async () => {
    deps.settings.confirmGoneSeconds = 3600;
    await hear();
    list = () => ({ cameras: [wantedRelay('a')], switchedOff: ['b', 'never'] });
    expect(ids((await hear()).gone)).toEqual(['b']);
  });

  it('stays while its row is there and ill described, and the row is named', async () => {
    await hear();
    const problems = ['row 1', 'row 2', 'row 3', 'row 4'];
    list = () => ({ cameras: [wantedRelay('a')], illDescribed: ['b'], problems });
    const { attention, gone } = await hear();
    expect(attention).toBe('Rows that cannot be served: row 1; row 2; row 3 and 1 more.');
    expect(gone).toEqual([]);
    const activity = watch({ attention: attention! });
    await rounds(12);
    expect((await catalog.relays.list()).every(({ wanted }) => wanted)).toBe(true);
    activity.cancel();
  });
});

describe('a read that is not believed', () => {
  it.each<[string, () => Partial<CameraListRead>, string]>([
    ['empty', () => ({}), 'The list of cameras is empty, after 2 cameras before.'],
    [
      'failed',
      () => {
        throw new Fault('SourceUnreachable', 'The database (db:5432) does not answer.');
      },
      'The list of cameras cannot be read: The database (db:5432) does not answer.',
    ],
  ])('because it is %s raises attention and takes nobody down', async (_, read, attention) => {
    await hear();
    const right = list;
    list = read;
    const outcome = await hear();
    expect(outcome.attention).toContain(attention);
    const activity = watch({ attention: outcome.attention! });
    await rounds(12);
    expect((await catalog.relays.list()).filter(({ wanted }) => wanted)).toHaveLength(2);
    list = right;
    expect(await activity.ended).not.toHaveProperty('attention');
  });

  it('is believed when the operator says that it is right', async () => {
    await hear();
    list = () => ({});
    expect(ids((await hear({ accept: true })).gone)).toEqual(['a', 'b']);
  });

  it('ends the watch once it is accepted, so that the word does not count for a later list', async () => {
    await hear();
    const { acceptOwed, ...outcome } = await hear({ accept: true });
    expect(acceptOwed).toBeUndefined();
    expect(outcome).toEqual({ added: [], changed: [], gone: [], servers: ['one'] });
  });

  it('that fails is not what the operator has accepted, and his word is owed', async () => {
    await hear();
    let failures = 0;
    list = () => {
      failures += 1;
      if (failures === 1) throw new Error('away for a moment');
      return {};
    };
    const { attention, acceptOwed } = await hear({ accept: true });
    expect(attention).toContain('away for a moment');
    expect(acceptOwed).toBe(true);
    expect((await catalog.relays.list()).every(({ wanted }) => wanted)).toBe(true);
  });
});

describe('servers', () => {
  it('that come or go end the watch', async () => {
    await hear();
    const activity = watch();
    await rounds(2);
    await catalog.relayServers.put({ name: 'two', spec: serverSpec(), secrets: serverSecrets('canary-8') });
    expect((await activity.ended).servers).toEqual(['one', 'two']);
  });

  it('that are none at all raise attention', async () => {
    await catalog.relayServers.remove('one');
    const { attention, servers } = await hear();
    expect([attention, servers]).toEqual([
      'No MediaMTX server is known: `longtake restream server add`.',
      [],
    ]);
  });
});

it('a catalog that is away is the retry policy’s business', async () => {
  deps.catalog = {
    ...catalog,
    relays: {
      ...catalog.relays,
      fingerprints: () => Promise.reject(new Fault('CatalogUnavailable', 'away')),
    },
  };
  await expect(watch().ended).rejects.toMatchObject({ type: 'CatalogUnavailable' });
});
