// Small conversions between columns and values: JSON lists, absent values, and lists too long for one statement.

/** The value of a nullable column as an optional field: `{}` when null. */
export function optional<K extends string, V>(key: K, value: V | null): { [P in K]?: V } {
  return (value === null ? {} : { [key]: value }) as { [P in K]?: V };
}

/** A JSON column that this code wrote itself. */
export const fromJson = <T>(text: string): T => JSON.parse(text) as T;

/** Both databases bound the parameters of one statement (SQLite 32,766; PostgreSQL 65,535). */
export const rowsPerStatement = 1000;

export function* chunks<T>(items: readonly T[], size: number = rowsPerStatement): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
