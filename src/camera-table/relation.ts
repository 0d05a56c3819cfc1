// What the database says about the user's table: its full name, whether it is a table or a view, its columns.
import type { Client } from 'pg';
import { Fault } from '../domain/fault.ts';
import { closestNames } from './closest-names.ts';
import { parseRelationName, readable, type RelationName } from './relation-name.ts';

export interface Relation extends Required<RelationName> {
  oid: number;
  kind: 'table' | 'view' | 'foreign table';
  /** In their order in the table. */
  columns: readonly string[];
}

const kinds: Readonly<Record<string, Relation['kind']>> = {
  r: 'table',
  p: 'table',
  v: 'view',
  m: 'view',
  f: 'foreign table',
};

/** @throws Fault InputInvalid that names what there is instead */
export async function findRelation(client: Client, table: string): Promise<Relation> {
  const { schema, name } = parseRelationName(table);
  const { rows } = await client.query<{ oid: number; schema: string; name: string; kind: string }>(
    `select c.oid, n.nspname as schema, c.relname as name, c.relkind::text as kind
       from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f')
        and case when $2::text is null then pg_catalog.pg_table_is_visible(c.oid) else n.nspname = $2 end`,
    [name, schema ?? null],
  );
  const [found] = rows;
  if (found === undefined) throw await noSuchRelation(client, table);
  const columns = await client.query<{ name: string }>(
    `select attname as name from pg_catalog.pg_attribute
      where attrelid = $1 and attnum > 0 and not attisdropped order by attnum`,
    [found.oid],
  );
  return {
    oid: Number(found.oid),
    schema: found.schema,
    name: found.name,
    kind: kinds[found.kind] ?? 'table',
    columns: columns.rows.map((row) => row.name),
  };
}

const mostNamed = 5;

async function noSuchRelation(client: Client, table: string): Promise<Fault> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `select n.nspname as schema, c.relname as name
       from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname <> 'information_schema'
        and n.nspname !~ '^pg_' and pg_catalog.has_schema_privilege(n.oid, 'usage')
      order by 1, 2 limit 2000`,
  );
  const closest = closestNames(table, rows.map(readable)).slice(0, mostNamed);
  const instead = closest.length > 0 ? `The closest: ${closest.join(', ')}.` : 'It has none at all.';
  return new Fault('InputInvalid', `The database has no table or view ${JSON.stringify(table)}. ${instead}`, {
    remedy: 'Correct the name, with its schema where it lies outside the search path.',
  });
}
