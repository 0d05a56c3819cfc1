// The door of the camera map: how the user's own table of cameras is read, and the documents of `restream map` and of its trigger.
import { z } from 'zod';

/** What a column of the user's table may mean; each may be named in a URL template too, as `{host}`. */
export const cameraMapFields = [
  'id',
  'type',
  'host',
  'port',
  'user',
  'password',
  'url',
  'path',
  'name',
  'enabled',
  'timeZone',
  'engine',
  'server',
  'record',
  'audio',
  'video',
] as const;
export type CameraMapField = (typeof cameraMapFields)[number];

const noControl = /^[^\p{Cc}\p{Zl}\p{Zp}]+$/u;
const databaseName = (max: number) =>
  z.string().max(max).regex(noControl, 'a name without control characters');
const column = (description: string) => databaseName(63).describe(description).optional();

const columns = z.strictObject({
  id: column('Unique in the table; the camera’s id here.'),
  type: column('Chooses the URL template.'),
  host: column('Name or address of the camera.'),
  port: column('1 to 65535; the scheme’s own port where it is empty.'),
  user: column('User of the camera.'),
  password: column('Password of the camera, as it is: nothing needs encoding.'),
  url: column('The whole address; where it is empty, the template of the type is filled.'),
  path: column('Path of the stream; keeps its slashes in a template.'),
  name: column('Name for people.'),
  enabled: column('Only rows with true, yes, on or 1 are relayed; all rows without such a column.'),
  timeZone: column('IANA time zone or offset of the camera.'),
  engine: column('pull or ffmpeg; the configuration’s engine where it is empty.'),
  server: column('Name of the MediaMTX server that must carry the camera.'),
  record: column('Whether MediaMTX records the camera.'),
  audio: column('Engine ffmpeg: auto, copy, aac or none.'),
  video: column('Engine ffmpeg: copy or h264.'),
});

const urlTemplate = z
  .string()
  .trim()
  .min(1)
  .max(2000)
  .regex(noControl, 'no control characters or line breaks');

/** The map as a person gives it: columns that bear the name of their field need not be named. */
export const cameraMapRequest = z.strictObject({
  table: databaseName(260).describe(
    'Table or view, `cameras` or `schema.cameras`, in the letters in which the database keeps it; names with dots in double quotes.',
  ),
  columns: columns.default({}).describe('Which column holds what.'),
  urlTemplates: z
    .record(databaseName(120), urlTemplate)
    .default({})
    .describe('Address for each type of camera; `default` serves every other type.'),
  timeZone: z.string().min(1).max(64).default('UTC').describe('Zone of cameras whose row names none.'),
});
export type CameraMapRequest = z.output<typeof cameraMapRequest>;

/** The map as it is stored: every column that is read is named. */
export const cameraMap = z.strictObject({
  ...cameraMapRequest.shape,
  columns: z.strictObject({ ...columns.shape, id: databaseName(63) }),
});
export type CameraMap = z.output<typeof cameraMap>;

export const cameraTableProblem = z.strictObject({
  row: z.int().describe('Number of the row, ordered by id, from 1.'),
  id: z.string().optional().describe('The camera’s id, where it is a right one.'),
  field: z.string().describe('Column.'),
  message: z.string(),
});

const previewRow = z.strictObject({
  id: z.string(),
  name: z.string().optional(),
  url: z.string().describe('Without credentials.'),
  hasCredentials: z.boolean(),
  engine: z.string().optional(),
  server: z.string().optional(),
  enabled: z.boolean(),
});

/** What `restream map` prints. */
export const cameraMapDocument = z.strictObject({
  map: cameraMap,
  database: z.string().describe('host:port/database, without credentials.'),
  cameras: z.int().describe('Rows that become relays.'),
  disabled: z.int().describe('Rows that are switched off.'),
  problems: z.array(cameraTableProblem).describe('Rows that cannot be relayed; all others are.'),
  preview: z.array(previewRow).describe('The first rows by id.'),
});
export type CameraMapDocument = z.infer<typeof cameraMapDocument>;

/** What `restream map --show` prints. */
export const cameraMapShown = z.strictObject({
  map: cameraMap,
  database: z.string(),
  updatedAt: z.iso.datetime({ offset: true }),
});
export type CameraMapShown = z.infer<typeof cameraMapShown>;

export const cameraMapRemoved = z.strictObject({ removed: z.boolean() });

/** What `restream install-trigger` and `remove-trigger` print. */
export const triggerDocument = z.strictObject({
  table: z.string().describe('With its schema, quoted as SQL wants it.'),
  installed: z.boolean().describe('Afterwards.'),
  sql: z.string().describe('What was run.'),
});
