// What the main thread and the SQLite thread say to each other.

export interface SqliteQuestion {
  id: number;
  sql: string;
  parameters: readonly unknown[];
}

/** `changes` stands only for statements that answer no rows; `errcode` is SQLite's extended result code. */
export type SqliteAnswer =
  | { id: number; rows: unknown[]; changes?: number }
  | { id: number; error: { message: string; errcode?: number } };
