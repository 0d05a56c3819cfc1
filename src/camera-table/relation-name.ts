// Names of tables and views: taken apart as people write them, and quoted as SQL wants them.
import pg from 'pg';
import { Fault } from '../domain/fault.ts';

export interface RelationName {
  /** Absent: the first in the search path. */
  schema?: string;
  name: string;
}

const part = String.raw`("(?:[^"]|"")+"|[^".]+)`;
const form = new RegExp(`^(?:${part}\\.)?${part}$`, 'u');

/** `cameras`, `schema.cameras`, `"with.dot"."Name"`; letters are taken as they are. @throws Fault InputInvalid */
export function parseRelationName(text: string): RelationName {
  const match = form.exec(text);
  const [, schema, name = ''] = match ?? [];
  if (match === null) {
    throw new Fault(
      'InputInvalid',
      `${JSON.stringify(text.slice(0, 120))} names no table: write cameras or schema.cameras, names with dots in double quotes.`,
    );
  }
  return { ...(schema === undefined ? {} : { schema: unquoted(schema) }), name: unquoted(name) };
}

const unquoted = (text: string): string =>
  text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;

/** For SQL: every part in quotation marks. */
export const quoted = ({ schema, name }: RelationName): string =>
  [...(schema === undefined ? [] : [schema]), name].map((one) => pg.escapeIdentifier(one)).join('.');

/** For people: as `parseRelationName` reads it. */
export const readable = ({ schema, name }: RelationName): string =>
  [...(schema === undefined || schema === 'public' ? [] : [schema]), name]
    .map((one) => (/[".]/.test(one) ? pg.escapeIdentifier(one) : one))
    .join('.');
