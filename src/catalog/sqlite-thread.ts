// The thread that owns one SQLite connection: it runs statements one after another, so that no query ever blocks the main thread.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { SqliteAnswer, SqliteQuestion } from './sqlite-messages.ts';

const { file, busyMs } = workerData as { file: string; busyMs: number };
const port = parentPort;
if (!port) throw new Error('this file is the body of a worker thread');

const statements = new Map<string, StatementSync>();
const rememberedStatements = 200;
const rememberedLength = 4000;
let database: DatabaseSync | undefined;

function open(): DatabaseSync {
  const opened = new DatabaseSync(file, { timeout: busyMs });
  // WAL lets readers of other processes go on while one writes. NORMAL survives kill -9 with every commit; a loss of
  // power may take the last ones back, so transactions raise it to FULL (see sqlite-dialect.ts).
  opened.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on;');
  return opened;
}

function prepared(connection: DatabaseSync, sql: string): StatementSync {
  const known = statements.get(sql);
  if (known) {
    statements.delete(sql);
    statements.set(sql, known);
    return known;
  }
  const statement = connection.prepare(sql);
  if (sql.length > rememberedLength) return statement;
  statements.set(sql, statement);
  if (statements.size > rememberedStatements) statements.delete(statements.keys().next().value as string);
  return statement;
}

function answer({ id, sql, parameters }: SqliteQuestion): SqliteAnswer {
  try {
    database ??= open();
    const statement = prepared(database, sql);
    const values = parameters as SQLInputValue[];
    if (statement.columns().length > 0) return { id, rows: statement.all(...values) };
    const { changes } = statement.run(...values);
    return { id, rows: [], changes: Number(changes) };
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    return { id, error: errcode === undefined ? { message } : { message, errcode } };
  }
}

port.on('message', (question: SqliteQuestion | 'close') => {
  if (question !== 'close') return port.postMessage(answer(question));
  database?.close();
  port.close();
});
