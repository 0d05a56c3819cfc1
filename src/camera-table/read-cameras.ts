// Reads the user's own table of cameras in one read-only transaction: the cameras it wants relayed, and all that is wrong with its rows.
import pg, { type Client } from 'pg';
import type { CameraMap, CameraMapRequest } from '../contract/camera-map.ts';
import { Fault } from '../domain/fault.ts';
import { collectCameras, type CameraTable } from './collect-cameras.ts';
import { completeMap, planColumns, type ColumnPlan } from './column-plan.ts';
import { withDatabase } from './connection.ts';
import { quoted, readable } from './relation-name.ts';
import { findRelation, type Relation } from './relation.ts';

export interface ReadRequest {
  /** `postgres://user:password@host:port/database` */
  dsn: string;
  signal: AbortSignal;
  /** For the connection and each statement; 15 when absent. */
  timeoutSeconds?: number;
}

const defaultSeconds = 15;
const mostRows = 100_000;

/**
 * Rows in the order of their ids. Bad rows become problems, all at once; the others are served.
 * @throws Fault InputInvalid when map and table do not fit, SourceUnreachable, SourceStalled, SourceBusy, AuthRejected, NotFound
 */
export const readCameras = (request: ReadRequest & { map: CameraMap }): Promise<CameraTable> =>
  readOnly({
    ...request,
    work: async (client) => {
      const { map } = request;
      const relation = await findRelation(client, map.table);
      const plan = planColumns({ map, relation });
      return collectCameras({ rows: await rowsOf(client, { map, relation, plan }), map, plan });
    },
  });

/** The map with the columns that go without saying, held against the live table. @throws as readCameras */
export const completeAgainst = (request: ReadRequest & { map: CameraMapRequest }): Promise<CameraMap> =>
  readOnly({
    ...request,
    work: async (client) => {
      const relation = await findRelation(client, request.map.table);
      const map = completeMap({ map: request.map, relation });
      planColumns({ map, relation });
      return map;
    },
  });

function readOnly<T>({
  dsn,
  signal,
  timeoutSeconds = defaultSeconds,
  work,
}: ReadRequest & { work: (client: Client) => Promise<T> }): Promise<T> {
  return withDatabase({
    dsn,
    signal,
    timeoutSeconds,
    task: `reading the cameras (at most ${timeoutSeconds} s)`,
    work: async (client) => {
      // In the transaction alone: a pooler may hand the session to others afterwards.
      await client.query('begin transaction isolation level repeatable read, read only');
      await client.query(`set local statement_timeout = ${Math.ceil(timeoutSeconds * 1000)}`);
      const answer = await work(client);
      await client.query('rollback');
      return answer;
    },
  });
}

/** Everything as text, so that every type of column is read the way people see it. */
async function rowsOf(
  client: Client,
  { map, relation, plan }: { map: CameraMap; relation: Relation; plan: ColumnPlan },
): Promise<(string | null)[][]> {
  const list = plan.columns.map((column) => `${pg.escapeIdentifier(column)}::text`);
  const id = pg.escapeIdentifier(map.columns.id);
  const { rows } = await client.query<(string | null)[]>({
    rowMode: 'array',
    text: `select ${list.join(', ')} from ${quoted(relation)} order by ${id}::text collate "C", ${list.join(', ')} limit ${mostRows + 1}`,
  });
  if (rows.length > mostRows)
    throw new Fault('InputInvalid', `${readable(relation)} has more than ${mostRows} rows.`, {
      remedy: 'Map a view that selects the cameras to be relayed.',
    });
  return rows;
}
