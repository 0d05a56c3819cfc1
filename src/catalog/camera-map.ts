// How the user's own table of cameras is read: one map for the whole catalog, and the address of that database, sealed.
import type { CameraMap } from '../contract/camera-map.ts';
import { Fault } from '../domain/fault.ts';
import { fromJson } from './columns.ts';
import type { Keyring } from './keyring.ts';
import { seal, unseal } from './sealing.ts';
import type { Database } from './tables.ts';

export interface StoredCameraMap {
  map: CameraMap;
  updatedMs: number;
}

export interface CameraMaps {
  get(): Promise<StoredCameraMap | undefined>;
  /** Adds or replaces both; `dsn` is `postgres://user:password@host:port/database`. */
  put(stored: { map: CameraMap; dsn: string }): Promise<void>;
  /** Opened. @throws Fault ConfigInvalid when it does not open */
  dsn(): Promise<string | undefined>;
  remove(): Promise<boolean>;
}

const onlyId = 1;
const place = 'cameraMap|dsn';

export function cameraMapsOf({ db, keyring }: Database & { keyring: Keyring }): CameraMaps {
  const rows = () => db.selectFrom('cameraMap').where('id', '=', onlyId);
  return {
    async get() {
      const row = await rows().select(['map', 'updatedMs']).executeTakeFirst();
      return row && { map: fromJson<CameraMap>(row.map), updatedMs: row.updatedMs };
    },
    async put({ map, dsn }) {
      await db.transaction().execute(async (transaction) => {
        const key = await keyring.forSealing(transaction);
        const row = {
          map: JSON.stringify(map),
          keyId: key.id,
          sealed: seal({ key, place, text: dsn }),
          updatedMs: Date.now(),
        };
        await transaction
          .insertInto('cameraMap')
          .values({ id: onlyId, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute();
      });
    },
    async dsn() {
      const row = await rows().select(['keyId', 'sealed']).executeTakeFirst();
      if (row === undefined) return undefined;
      const dsn = unseal({ key: await keyring.forOpening(row.keyId), place, sealed: row.sealed });
      if (dsn !== undefined) return dsn;
      throw new Fault(
        'ConfigInvalid',
        'The address of the cameras’ database does not open; store it again with `longtake restream map`.',
      );
    },
    async remove() {
      const { numDeletedRows } = await db.deleteFrom('cameraMap').where('id', '=', onlyId).executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}
