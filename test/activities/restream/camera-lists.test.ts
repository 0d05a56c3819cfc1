// The two lists of cameras as relays want them: the catalog's own, and the user's table.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { catalogCameras } from '../../../src/activities/restream/catalog-cameras.ts';
import { listOfTable } from '../../../src/activities/restream/table-cameras.ts';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { connectCatalog } from '../../../src/catalog/connect.ts';
import type { CameraRow } from '../../../src/contract/camera.ts';
import { Fault } from '../../../src/domain/fault.ts';
import { cameraRow } from '../../catalog/rows.ts';
import { tempDir, type TempDir } from '../../setup/temp-dir.ts';

describe('the catalog’s list', () => {
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

  const add = (id: string, more: Partial<CameraRow> = {}, password?: string): Promise<unknown> =>
    catalog.cameras.upsertMany({
      rows: [cameraRow(id, more)],
      credentials: password === undefined ? [] : [{ cameraId: id, field: 'live', user: 'viewer', password }],
    });

  it('has enabled cameras with a live address, with their logins, and names those switched off', async () => {
    await add('hall', { name: 'The hall' }, 'pass-1');
    await add('yard');
    await add('old', { enabled: false });
    const { liveUrl: _, ...noLive } = cameraRow('no-live');
    await catalog.cameras.upsertMany({ rows: [noLive] });
    expect(await catalogCameras(catalog)()).toEqual({
      cameras: [
        {
          cameraId: 'hall',
          spec: { url: 'rtsp://10.0.0.1/hall', name: 'The hall' },
          credentials: { user: 'viewer', password: 'pass-1' },
        },
        { cameraId: 'yard', spec: { url: 'rtsp://10.0.0.1/yard' } },
      ],
      ...{ switchedOff: ['old'], illDescribed: [], problems: [] },
    });
  });

  it('opens a login once a revision, and the new one when it has changed', async () => {
    await add('hall', {}, 'pass-1');
    const get = vi.spyOn(catalog.credentials, 'get');
    const read = catalogCameras(catalog);
    await read();
    await read();
    expect(get).toHaveBeenCalledTimes(1);
    await catalog.credentials.put('hall', 'live', { user: 'viewer', password: 'pass-2' });
    expect((await read()).cameras[0]?.credentials?.password).toBe('pass-2');
    expect(get).toHaveBeenCalledTimes(2);
  });

  it('has the new login of a camera that was removed and added again', async () => {
    const read = catalogCameras(catalog);
    await add('hall', {}, 'pass-1');
    await read();
    await catalog.cameras.remove('hall');
    await add('hall', {}, 'pass-2');
    expect((await read()).cameras[0]?.credentials?.password).toBe('pass-2');
  });

  it('names a camera whose login does not open, and has all others', async () => {
    await add('hall', {}, 'pass-1');
    await add('yard', {}, 'pass-2');
    const { get } = catalog.credentials;
    catalog.credentials.get = (id, field) =>
      id === 'hall'
        ? Promise.reject(new Fault('ConfigInvalid', 'The live credentials of camera hall do not open.'))
        : get(id, field);
    expect(await catalogCameras(catalog)()).toMatchObject({
      cameras: [{ cameraId: 'yard' }],
      illDescribed: ['hall'],
      problems: ['camera hall: The live credentials of camera hall do not open'],
    });
    catalog.credentials.get = () => Promise.reject(new Fault('CatalogUnavailable', 'away'));
    await expect(catalogCameras(catalog)()).rejects.toMatchObject({ type: 'CatalogUnavailable' });
  });
});

it('the table’s list keeps ill described rows in force, and says what is wrong with them', () => {
  const camera = { cameraId: 'a', spec: { url: 'rtsp://h/a' }, credentials: { user: 'u', password: 'p' } };
  const list = listOfTable({
    cameras: [camera, { cameraId: 'b', spec: { url: 'rtsp://h/b' } }],
    disabled: [{ cameraId: 'c' }],
    problems: [
      { row: 4, id: 'd', field: 'port', message: 'No number.' },
      { row: 5, field: 'id', message: 'It is empty' },
    ],
  } as never);
  expect(list).toEqual({
    cameras: [camera, { cameraId: 'b', spec: { url: 'rtsp://h/b' } }],
    switchedOff: ['c'],
    illDescribed: ['d'],
    problems: ['camera d, port: No number', 'row 5, id: It is empty'],
  });
});
