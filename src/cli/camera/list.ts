// `camera list`, `show` and `rm`.
import { cameraDocumentOf } from '../../client/camera.ts';
import type { cameraDocument, cameraList, cameraRemoved } from '../../contract/camera.ts';
import { Fault } from '../../domain/fault.ts';
import { printJson } from '../output/json.ts';
import { renderTable } from '../output/table.ts';
import type { Invocation } from '../perform.ts';
import { stationsOf } from '../plan/request.ts';
import { withCatalog } from '../session.ts';

export const listCameras = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, flags, json, catalog }) => {
    const problems: string[] = [];
    const stations = stationsOf(flags['stations'], problems);
    if (problems.length > 0) throw new Fault('InputInvalid', problems.join('\n'));
    const cameras = await catalog.cameras.list({
      region: textOf(flags['region']),
      stations,
      tag: textOf(flags['tag']),
      enabledOnly: flags['enabled'] === true,
    });
    if (json) return printJson<typeof cameraList>(terminal, cameras.map(cameraDocumentOf));
    if (cameras.length === 0) return terminal.out('No cameras. Add some with: longtake camera import FILE');
    terminal.out(
      renderTable(
        ['id', 'name', 'region', 'station', 'zone', 'archive', 'tags', 'enabled', 'credentials'],
        cameras.map((camera) => [
          camera.id,
          camera.name ?? '',
          camera.region ?? '',
          camera.station ?? '',
          camera.timeZone,
          camera.archiveKind ?? '',
          camera.tags.join(';'),
          camera.enabled ? 'yes' : 'no',
          camera.hasCredentials ? 'stored' : '',
        ]),
      ),
    );
  });

export const showCamera = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, args, json, catalog }) => {
    const camera = cameraDocumentOf(await catalog.cameras.require(args[0] ?? ''));
    if (json) return printJson<typeof cameraDocument>(terminal, camera);
    const rows = Object.entries(camera).map(([field, value]) => [
      field,
      Array.isArray(value) ? value.join(';') : String(value),
    ]);
    terminal.out(renderTable(['field', 'value'], rows));
  });

export const removeCamera = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, args, json, catalog }) => {
    const [id = ''] = args;
    await catalog.cameras.require(id);
    await catalog.cameras.remove(id);
    if (json) return printJson<typeof cameraRemoved>(terminal, { id, removed: true });
    terminal.out(`Camera ${id} removed.`);
  });

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
