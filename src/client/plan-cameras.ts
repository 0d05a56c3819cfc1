// Which cameras a plan's selection means, with the messages people know when it means none.
import type { CameraRecord } from '../catalog/cameras.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { CameraSelection, PlanSpec } from '../contract/plan.ts';
import { Fault } from '../domain/fault.ts';

/** The cameras in order of id; never empty. Throws Fault NotFound or InputInvalid. */
export async function resolveCameras(
  catalog: Pick<Catalog, 'cameras'>,
  spec: Pick<PlanSpec, 'cameras' | 'steps'>,
): Promise<CameraRecord[]> {
  const cameras = await select(catalog, spec.cameras);
  const enabled = cameras.filter((camera) => camera.enabled);
  if (enabled.length === 0)
    throw new Fault('InputInvalid', `All of ${cameras.length} cameras chosen are disabled.`, {
      remedy: enable,
    });
  if (!spec.steps.includes('download')) return enabled;
  const without = enabled.filter((camera) => !camera.archiveUrl).map((camera) => camera.id);
  if (without.length > 0)
    throw new Fault('InputInvalid', `No archive is known for ${named(without)}.`, {
      remedy: 'Give each of them an archive_kind and archive_url, or leave them out.',
    });
  return enabled;
}

async function select(
  { cameras }: Pick<Catalog, 'cameras'>,
  selection: CameraSelection,
): Promise<CameraRecord[]> {
  if ('ids' in selection) return selectByIds({ cameras }, selection.ids);
  if ('region' in selection) return selectBySite({ cameras }, selection);
  const found = 'tag' in selection ? await cameras.list({ tag: selection.tag }) : await cameras.list();
  if (found.length > 0) return found;
  throw new Fault(
    'NotFound',
    'tag' in selection ? `No camera has the tag “${selection.tag}”.` : 'There are no cameras in the catalog.',
    { remedy: 'Add cameras with `longtake camera add` or `longtake camera import`.' },
  );
}

async function selectByIds(
  { cameras }: Pick<Catalog, 'cameras'>,
  ids: readonly string[],
): Promise<CameraRecord[]> {
  const found = await cameras.list({ ids });
  const known = new Map(found.map((camera) => [camera.id, camera]));
  const unknown = [...new Set(ids)].filter((id) => !known.has(id));
  if (unknown.length > 0) throw new Fault('NotFound', `no such cameras: ${named(unknown)}.`);
  const disabled = found.filter((camera) => !camera.enabled).map((camera) => camera.id);
  if (disabled.length > 0)
    throw new Fault('InputInvalid', `Disabled: ${named(disabled)}.`, { remedy: enable });
  return found;
}

async function selectBySite(
  { cameras }: Pick<Catalog, 'cameras'>,
  { region, stations }: Extract<CameraSelection, { region: string }>,
): Promise<CameraRecord[]> {
  const inRegion = await cameras.list({ region });
  if (inRegion.length === 0)
    throw new Fault('NotFound', `unknown region ${JSON.stringify(region)}.`, {
      remedy: '`longtake camera list` shows the regions.',
    });
  if (!stations) return inRegion;
  const found = await cameras.list({ region, stations });
  if (found.length === 0)
    throw new Fault('NotFound', `no such stations in region ${region}: ${stations.first}-${stations.last}.`, {
      remedy: `\`longtake camera list --region ${JSON.stringify(region)}\` shows the stations.`,
    });
  return found;
}

const enable = 'Enable them (`longtake camera add` without --disabled), or choose others.';

/** At most ten names, and how many more. */
function named(ids: readonly string[]): string {
  const shown = ids.slice(0, 10).join(', ');
  return ids.length > 10 ? `${shown} and ${ids.length - 10} more` : shown;
}
