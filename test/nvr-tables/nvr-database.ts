// A PostgreSQL database as NVR had it: its tables, and rows as tests need them.
import pg from 'pg';
import type { TestPostgres } from '../setup/servers.ts';

const tables = [
  `create table rooms (id serial primary key, name text, ruz_id integer, drive text, calendar text, sound_source text,
     main_source text, screen_source text, auto_control boolean default true, organization_id integer)`,
  `create table sources (id serial primary key, name text, ip text, port text, rtsp text default 'no', audio text, merge text,
     room_id integer, external_id text)`,
  `create table records (id serial primary key, date text, start_time text, end_time text, event_name text, event_id text unique,
     drive_file_url text, ruz_id integer unique, done boolean default false, processing boolean default false,
     error boolean default false, room_id integer, created_at timestamp, modified_at timestamp)`,
  `create table users (id serial primary key, email text unique, password text)`,
  `create table user_records (user_id integer, record_id integer)`,
];

type Row = Record<string, string | number | boolean | null>;

export interface NvrDatabase {
  dsn: string;
  run(...statements: string[]): Promise<void>;
  insert(table: string, ...rows: Row[]): Promise<void>;
}

/** New, with the tables and without rows. */
export async function nvrDatabase(server: TestPostgres): Promise<NvrDatabase> {
  const dsn = await server.newDatabaseUrl();
  const withClient = async (work: (client: pg.Client) => Promise<void>): Promise<void> => {
    const client = new pg.Client({ connectionString: dsn });
    await client.connect();
    try {
      await work(client);
    } finally {
      await client.end();
    }
  };
  const run = (...statements: string[]) =>
    withClient(async (client) => {
      for (const statement of statements) await client.query(statement);
    });
  await run(...tables);
  return {
    dsn,
    run,
    insert: (table, ...rows) =>
      withClient(async (client) => {
        for (const row of rows) {
          const names = Object.keys(row);
          const marks = names.map((_, index) => `$${index + 1}`);
          await client.query(
            `insert into ${table} (${names.join(', ')}) values (${marks.join(', ')})`,
            Object.values(row),
          );
        }
      }),
  };
}

export const folderUrl = 'https://drive.google.com/drive/folders/1AbCdEfGhIjKlMnOp';

/** A room with a lecturer, a screen, a board and sound, and a record in each state. */
export async function fillNvr({ insert }: NvrDatabase): Promise<void> {
  await insert('rooms', {
    id: 1,
    name: '504',
    drive: folderUrl,
    calendar: 'c_504@group.calendar.google.com',
    main_source: 'rtsp://admin:canary@172.18.191.24:554/0',
    screen_source: '172.18.191.25',
    sound_source: '172.18.191.24',
  });
  await insert(
    'sources',
    {
      id: 10,
      name: 'Камера',
      ip: '172.18.191.24',
      rtsp: 'no',
      merge: 'left',
      room_id: 1,
      external_id: 'e24',
    },
    { id: 11, name: 'Экран', ip: '172.18.191.25', room_id: 1 },
    {
      id: 12,
      name: 'Доска',
      ip: '172.18.191.26',
      merge: 'bottom-Right',
      room_id: 1,
      rtsp: 'rtsp://172.18.191.26/1',
    },
    { id: 13, name: 'Запас', ip: '172.18.191.27', room_id: 1 },
  );
  const day = { date: '2021-03-04', room_id: 1 };
  await insert(
    'records',
    {
      ...day,
      id: 100,
      start_time: '10:30',
      end_time: '11:50',
      event_name: 'Матан: «ряды»',
      event_id: 'event100',
      done: true,
      drive_file_url: 'https://drive.google.com/file/d/1ZyXwVuTsRqPoNm/preview',
    },
    { ...day, id: 101, start_time: '9:00', end_time: '10:20:00', processing: true },
    {
      ...day,
      id: 102,
      start_time: '12:10',
      end_time: '13:30',
      event_name: 'Физика',
      done: true,
      error: true,
    },
  );
  await insert('users', { id: 5, email: 'teacher@example.edu', password: 'canary' });
  await insert('user_records', { user_id: 5, record_id: 101 });
}
