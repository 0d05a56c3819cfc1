// The trigger that tells of changes of the user's table, as SQL: what installs it and what takes it away without a trace.
import pg from 'pg';
import { quoted, type RelationName } from './relation-name.ts';

/** Channel of the notifications; they carry nothing. */
export const changeChannel = 'longtake_cameras';
export const triggerName = 'longtake_cameras_changed';

/** PostgreSQL shortens longer names by itself, the same way each time. */
const functionOf = ({ schema, name }: Required<RelationName>): string =>
  quoted({ schema, name: `longtake_changed_${name}` });

// Waiting longer for the table would make everybody else wait behind us.
const head = "begin;\nset local lock_timeout = '5s';";

/** A function and a trigger of the table, once per statement; nothing of the rows is read. Runs again without harm. */
export function installSql(table: Required<RelationName>): string {
  const trigger = pg.escapeIdentifier(triggerName);
  return [
    head,
    `create or replace function ${functionOf(table)}() returns trigger language plpgsql as $longtake$`,
    `begin perform pg_catalog.pg_notify('${changeChannel}', ''); return null; end`,
    '$longtake$;',
    `drop trigger if exists ${trigger} on ${quoted(table)};`,
    `create trigger ${trigger} after insert or update or delete or truncate on ${quoted(table)}`,
    // The word every version knows; newer ones also say "function".
    `  for each statement execute procedure ${functionOf(table)}();`,
    'commit;',
  ].join('\n');
}

export function removeSql(table: Required<RelationName>): string {
  return [
    head,
    `drop trigger if exists ${pg.escapeIdentifier(triggerName)} on ${quoted(table)};`,
    `drop function if exists ${functionOf(table)}();`,
    'commit;',
  ].join('\n');
}
