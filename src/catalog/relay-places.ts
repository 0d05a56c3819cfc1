// Where each relay runs and for whom: engine, server, the operator's word, and the epoch that grows with every change of them.
import { Fault } from '../domain/fault.ts';
import { chunks } from './columns.ts';
import { getRelay, relayRow, selectRelays } from './relay-row.ts';
import { lockRelays } from './relay-settings.ts';
import type { RelayRow, Relays } from './relay-types.ts';
import type { Database } from './tables.ts';

export function placesOf({ db }: Database): Pick<Relays, 'place' | 'openEpoch' | 'epochsOn' | 'move'> {
  return {
    place: ({ cameraId, engine, server, stopped, forgive = false }) =>
      growEpoch({
        db,
        cameraId,
        columns: { engine, server, stopped: stopped ? 1 : 0, ...(forgive && { refusedAt: '[]' }) },
      }),
    openEpoch: (cameraId) => growEpoch({ db, cameraId, columns: {} }),
    async epochsOn(server) {
      const rows = await db
        .selectFrom('relays')
        .select(['cameraId', 'epoch'])
        .where('server', '=', server)
        .where('wanted', '=', 1)
        .where('stopped', '=', 0)
        .where('engine', '=', 'pull')
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('relaySettings').select('id').where('paused', '=', 1))),
        )
        .execute();
      return new Map(rows.map(({ cameraId, epoch }) => [cameraId, epoch]));
    },
    move: (change) => moveRelays(db, change),
  };
}

interface Growth {
  db: Database['db'];
  cameraId: string;
  columns: { engine?: string; server?: string; stopped?: number; refusedAt?: string };
}

/** The row's lock is held until the answer is read, so that nobody else is answered the same epoch. */
function growEpoch({ db, cameraId, columns }: Growth): Promise<RelayRow> {
  return db.transaction().execute(async (transaction) => {
    await transaction
      .updateTable('relays')
      .set(({ eb }) => ({ ...columns, epoch: eb('epoch', '+', 1) }))
      .where('cameraId', '=', cameraId)
      .execute();
    const relay = await getRelay(transaction, cameraId);
    if (!relay) throw new Fault('NotFound', `There is no relay of camera ${JSON.stringify(cameraId)}.`);
    return relay;
  });
}

function moveRelays(db: Database['db'], { from, to }: Parameters<Relays['move']>[0]): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    await lockRelays(transaction);
    const rows = await selectRelays(transaction).where('relays.server', '=', from).execute();
    const byTarget = Map.groupBy(rows.map(relayRow), to);
    byTarget.delete(from);
    let moved = 0;
    for (const [server, relays] of byTarget) {
      for (const some of chunks(relays.map(({ cameraId }) => cameraId))) {
        const { numUpdatedRows } = await transaction
          .updateTable('relays')
          .set(({ eb }) => ({ server, epoch: eb('epoch', '+', 1) }))
          .where('server', '=', from)
          .where('cameraId', 'in', some)
          .executeTakeFirst();
        moved += Number(numUpdatedRows);
      }
    }
    return moved;
  });
}
