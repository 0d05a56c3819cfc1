// Rows as one JSON parameter: a statement over a thousand rows keeps the same short text, which is prepared once.
import { sql, type RawBuilder } from 'kysely';
import type { CatalogKind } from './tables.ts';

/** A row for a statement to read: the id, a number that grows, and a text where there is one. */
export interface JsonRow {
  id: string;
  n: number;
  text?: string;
}

/** A table expression `v` with the columns `id`, `n` and `text`. */
export function jsonRows(kind: CatalogKind, rows: readonly JsonRow[]): RawBuilder<unknown> {
  const json = JSON.stringify(rows);
  return kind === 'postgres'
    ? sql`json_to_recordset(cast(${json} as json)) as v(id text, n bigint, text text)`
    : sql`(select value ->> 'id' as id, value ->> 'n' as n, value ->> 'text' as text from json_each(${json})) as v`;
}
