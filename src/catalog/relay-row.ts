// A relay as it is read: its row with its last report, and whether credentials are stored, which are not read with it.
import type { RelayEngine, RelayReport } from '../contract/restream-messages.ts';
import { fromJson, optional } from './columns.ts';
import type { RelayRow, RelaySpec } from './relay-types.ts';
import type { Database } from './tables.ts';

/** How long a refused login counts. */
const refusalWindowMs = 15 * 60_000;

export const selectRelays = (db: Database['db']) =>
  db
    .selectFrom('relays')
    .leftJoin('relayReports', 'relayReports.cameraId', 'relays.cameraId')
    .leftJoin('relayCredentials', 'relayCredentials.cameraId', 'relays.cameraId')
    .select([
      'relays.cameraId',
      'relays.spec',
      'relays.revision',
      'relays.wanted',
      'relays.stopped',
      'relays.engine',
      'relays.server',
      'relays.epoch',
      'relays.refusedAt',
      'relayReports.report',
      'relayCredentials.keyId',
    ]);

type Selected = Awaited<ReturnType<ReturnType<typeof selectRelays>['execute']>>[number];

export const relayRow = (row: Selected): RelayRow => ({
  cameraId: row.cameraId,
  spec: fromJson<RelaySpec>(row.spec),
  hasCredentials: row.keyId !== null,
  revision: row.revision,
  wanted: row.wanted === 1,
  stopped: row.stopped === 1,
  ...optional('engine', row.engine as RelayEngine | null),
  ...optional('server', row.server),
  epoch: row.epoch,
  refusedAtMs: fromJson<number[]>(row.refusedAt).filter((atMs) => atMs > Date.now() - refusalWindowMs),
  ...(row.report !== null && { report: fromJson<RelayReport>(row.report) }),
});

export async function getRelay(db: Database['db'], cameraId: string): Promise<RelayRow | undefined> {
  const row = await selectRelays(db).where('relays.cameraId', '=', cameraId).executeTakeFirst();
  return row && relayRow(row);
}
