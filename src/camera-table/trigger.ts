// Looks after the trigger on the user's table: whether it is there, and installs or removes it when its owner has said so.
import type { Client } from 'pg';
import { Fault } from '../domain/fault.ts';
import { withDatabase } from './connection.ts';
import { quoted, readable } from './relation-name.ts';
import { findRelation, type Relation } from './relation.ts';
import { installSql, removeSql, triggerName } from './trigger-sql.ts';

export interface TriggerRequest {
  /** `postgres://user:password@host:port/database` */
  dsn: string;
  /** As in the map. */
  table: string;
  signal: AbortSignal;
}

export interface TriggerState {
  /** Full name, quoted as SQL wants it. */
  table: string;
  installed: boolean;
  installSql: string;
  removeSql: string;
}

const timeoutSeconds = 15;

/** Changes nothing. @throws Fault InputInvalid for a view, naming the tables below it; the faults of readCameras */
export const lookAtTrigger = (request: TriggerRequest): Promise<TriggerState> =>
  withDatabase({ ...request, timeoutSeconds, task: 'looking for the trigger', work: stateOf(request) });

/** Runs `installSql`. @throws Fault AuthRejected without the rights, SourceBusy when the table is locked for 5 s */
export const installTrigger = (request: TriggerRequest): Promise<TriggerState> =>
  change({ ...request, task: 'installing the trigger', sqlOf: (state) => state.installSql });

/** Runs `removeSql`, whether or not the trigger is there. @throws as installTrigger */
export const removeTrigger = (request: TriggerRequest): Promise<TriggerState> =>
  change({ ...request, task: 'removing the trigger', sqlOf: (state) => state.removeSql });

function change(
  request: TriggerRequest & { task: string; sqlOf: (state: TriggerState) => string },
): Promise<TriggerState> {
  return withDatabase({
    ...request,
    timeoutSeconds,
    work: async (client) => {
      await client.query(request.sqlOf(await stateOf(request)(client)));
      return stateOf(request)(client);
    },
  });
}

const stateOf =
  ({ table }: TriggerRequest) =>
  async (client: Client): Promise<TriggerState> => {
    const relation = await findRelation(client, table);
    if (relation.kind !== 'table') throw await refusal(client, relation);
    const { rows } = await client.query(
      `select 1 from pg_catalog.pg_trigger
        where tgrelid = $1 and tgname = $2 and not tgisinternal and tgenabled <> 'D'`,
      [relation.oid, triggerName],
    );
    return {
      table: quoted(relation),
      installed: rows.length > 0,
      installSql: installSql(relation),
      removeSql: removeSql(relation),
    };
  };

async function refusal(client: Client, relation: Relation): Promise<Fault> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `with recursive below(oid) as (
       select $1::oid
       union
       select d.refobjid from below b
         join pg_catalog.pg_rewrite r on r.ev_class = b.oid
         join pg_catalog.pg_depend d on d.objid = r.oid and d.classid = 'pg_catalog.pg_rewrite'::regclass
          and d.refclassid = 'pg_catalog.pg_class'::regclass
     )
     select n.nspname as schema, c.relname as name
       from below join pg_catalog.pg_class c using (oid) join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
      order by 1, 2`,
    [relation.oid],
  );
  const tables = rows.map(readable);
  const names = tables.length > 0 ? ` It reads ${tables.join(', ')}.` : '';
  const remedy =
    tables.length > 0
      ? `Install it on the table that changes: --table ${tables[0]}. Changes are found by polling in any case.`
      : 'Do without: changes are found by polling in any case.';
  return new Fault(
    'InputInvalid',
    `${readable(relation)} is a ${relation.kind}, and only tables can tell of changes by a trigger.${names}`,
    { remedy },
  );
}
