// Rows of an old NVR database, each as typed values or as all that is wrong with it.
import { z } from 'zod';

/** A row that cannot be taken over. `reason` quotes no value: some hold passwords. */
export interface SkippedRow {
  table: 'rooms' | 'sources' | 'records';
  id: string;
  reason: string;
}

/** Every column comes as text, whatever its type. */
export type TextRow = Readonly<Record<string, string | null>>;

const text = z
  .string()
  .nullish()
  .transform((value) => value?.trim() || undefined);

const needed = z.string({ error: 'is needed' }).trim().min(1, 'is needed');

const words: Readonly<Record<string, boolean>> = {
  t: true,
  true: true,
  '1': true,
  f: false,
  false: false,
  '0': false,
};

const flag = (fallback: boolean) =>
  z
    .string()
    .nullish()
    .transform((value) => (value ? words[value.trim().toLowerCase()] : fallback))
    .refine((value) => value !== undefined, 'is neither true nor false')
    .transform((value) => value ?? fallback);

const nvrRoom = z.object({
  id: needed,
  name: needed,
  /** Address of a Drive folder. */
  drive: text,
  calendar: text,
  /** Each an address or an IP. */
  main_source: text,
  screen_source: text,
  sound_source: text,
  auto_control: flag(true),
});
export type NvrRoom = z.output<typeof nvrRoom>;

const nvrSource = z.object({
  id: needed,
  room_id: needed,
  ip: needed,
  name: text,
  /** An address, or `no`. */
  rtsp: text,
  merge: text,
  external_id: text,
});
export type NvrSource = z.output<typeof nvrSource>;

const nvrRecord = z.object({
  id: needed,
  room_id: needed,
  /** `YYYY-MM-DD`, `HH:MM` or `HH:MM:SS`, on the room’s clock. */
  date: needed,
  start_time: needed,
  end_time: needed,
  event_name: text,
  event_id: text,
  drive_file_url: text,
  done: flag(false),
  error: flag(false),
});
export type NvrRecord = z.output<typeof nvrRecord> & {
  /** Mail addresses of those who asked for it. */
  users: string[];
};

interface Read<T> {
  rows: T[];
  skipped: SkippedRow[];
}

export const readRooms = (rows: readonly TextRow[]): Read<NvrRoom> =>
  readRows({ table: 'rooms', schema: nvrRoom, rows });

export const readSources = (rows: readonly TextRow[]): Read<NvrSource> =>
  readRows({ table: 'sources', schema: nvrSource, rows });

/** @param mails by id of the record */
export function readRecords(rows: readonly TextRow[], mails: ReadonlyMap<string, string[]>): Read<NvrRecord> {
  const read = readRows({ table: 'records', schema: nvrRecord, rows });
  return { ...read, rows: read.rows.map((row) => ({ ...row, users: mails.get(row.id) ?? [] })) };
}

interface Request<T> {
  table: SkippedRow['table'];
  schema: z.ZodType<T>;
  rows: readonly TextRow[];
}

function readRows<T>({ table, schema, rows }: Request<T>): Read<T> {
  const read: Read<T> = { rows: [], skipped: [] };
  for (const row of rows) {
    const { success, data, error } = schema.safeParse(row);
    if (success) read.rows.push(data);
    else {
      const reasons = error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
      read.skipped.push({ table, id: row['id'] ?? '', reason: `${reasons.join(', ')}.` });
    }
  }
  return read;
}
