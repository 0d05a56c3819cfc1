// The trigger that tells of changes of the user's table: looked at, installed and removed on behalf of its owner.
import { installTrigger, lookAtTrigger, removeTrigger, type TriggerState } from '../camera-table/trigger.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { Fault } from '../domain/fault.ts';

export type { TriggerState } from '../camera-table/trigger.ts';

export interface CameraTrigger {
  /** Changes nothing. @throws Fault InputInvalid for a view */
  look(): Promise<TriggerState>;
  install(): Promise<TriggerState>;
  remove(): Promise<TriggerState>;
}

/** @param place `table` is the map's when absent. @throws Fault InputInvalid without either */
export async function cameraTrigger(
  catalog: Catalog,
  { table, dsn, signal }: { table: string | undefined; dsn: string; signal: AbortSignal },
): Promise<CameraTrigger> {
  const chosen = table ?? (await catalog.cameraMap.get())?.map.table;
  if (chosen === undefined)
    throw new Fault('InputInvalid', 'No camera map is stored, and no table is named.', {
      remedy: 'Give --table, or store a map with `longtake restream map`.',
    });
  const request = { dsn, table: chosen, signal };
  return {
    look: () => lookAtTrigger(request),
    install: () => installTrigger(request),
    remove: () => removeTrigger(request),
  };
}
