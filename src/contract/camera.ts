// The door of the camera inventory: what a row may hold, and the documents of add, import, list and show. URLs here never carry credentials.
import { z } from 'zod';
import type { SourceScheme } from '../domain/url.ts';

/** How the archive of a camera is read; `archiveUrl` may hold the placeholders of domain/url.ts. */
export const archiveKinds = ['http', 'mediamtx', 'rtsp', 'file', 'drive'] as const;
export type ArchiveKind = (typeof archiveKinds)[number];

/** URL schemes a live picture may come from. */
export const liveSchemes: readonly SourceScheme[] = ['rtsp', 'rtsps', 'http', 'https'];

/** URL schemes of each kind of archive. */
export const archiveSchemes: Record<ArchiveKind, readonly SourceScheme[]> = {
  http: ['http', 'https'],
  mediamtx: ['http', 'https'],
  rtsp: ['rtsp', 'rtsps'],
  file: ['file'],
  drive: ['https'],
};

/** Column names of a CSV import, in the order in which they are documented; JSON may use these or the camelCase names. */
export const cameraColumns = [
  'id',
  'name',
  'region',
  'station',
  'time_zone',
  'live_url',
  'archive_kind',
  'archive_url',
  'external_id',
  'tags',
  'enabled',
] as const;

const noControl = /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u;
const label = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(noControl, 'no control characters or line breaks')
    .refine((text) => text.isWellFormed(), 'well-formed Unicode');

export const cameraId = z
  .string()
  .max(120)
  .regex(
    /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]*[\p{L}\p{N}_-])?$/u,
    'letters, digits, spaces, dots, underscores and hyphens, beginning with a letter or digit',
  )
  .refine(
    (text) => new TextEncoder().encode(text.normalize('NFC')).length <= 120,
    'at most 120 bytes in UTF-8',
  )
  .describe('Unique name of the camera; it stands in file names and workflow ids.');

const url = z
  .string()
  .trim()
  .min(1)
  .max(2000)
  .regex(noControl, 'no control characters or line breaks')
  .refine(
    (text) => !/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(text),
    'no user or password inside: they are stored apart',
  );

/** Fields before the rules between them; import and forms validate single columns by this shape. */
export const cameraFields = z.strictObject({
  id: cameraId,
  name: label(200).describe('Display name; the id when absent.').optional(),
  region: label(120).describe('First part of the site.').optional(),
  station: label(120)
    .describe('Second part of the site, for example the number of a polling station.')
    .optional(),
  timeZone: z
    .string()
    .max(64)
    .regex(
      /^(?:[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,3}|[+-](?:0\d|1[0-4]):[0-5]\d)$/,
      'an IANA time zone such as Europe/Moscow, or a fixed offset such as +03:00',
    )
    .default('UTC')
    .describe('Zone in which windows of this camera are meant.'),
  liveUrl: url.describe('Where the live picture comes from (rtsp, rtsps, http, https).').optional(),
  archiveKind: z
    .enum(archiveKinds)
    .describe(
      'http: URL template; mediamtx: playback server; rtsp: template, recorded in real time; file: template; drive: folder at Google with a template of names.',
    )
    .optional(),
  archiveUrl: url
    .describe(
      'Archive address; may hold {id} {externalId} {startUnix} {endUnix} {startAt} {seconds} {date} {hh} {mm}.',
    )
    .optional(),
  externalId: label(200)
    .describe('The id by which the archive knows the camera; fills {externalId}.')
    .optional(),
  tags: z
    .array(
      z
        .string()
        .trim()
        .min(1)
        .max(60)
        .regex(/^[^\p{Cc};]+$/u, 'no semicolon or control characters'),
    )
    .max(50)
    .default([])
    .describe('Free words to select by; in CSV separated by semicolons.'),
  enabled: z.boolean().default(true).describe('False: plans leave the camera out.'),
});

interface Sources {
  liveUrl?: unknown;
  archiveKind?: unknown;
  archiveUrl?: unknown;
}

/** What a row needs besides right fields: sources that belong together. Field and message of each rule that is broken. */
export function brokenRules({
  liveUrl,
  archiveKind,
  archiveUrl,
}: Sources): { field: string; message: string }[] {
  if (archiveUrl && !archiveKind)
    return [{ field: 'archiveKind', message: `is needed beside an archive URL: ${archiveKinds.join(', ')}` }];
  if (archiveKind && !archiveUrl)
    return [{ field: 'archiveUrl', message: 'is needed beside an archive kind' }];
  if (!liveUrl && !archiveUrl) return [{ field: 'liveUrl', message: 'or an archive URL is needed' }];
  return [];
}

/** One camera as it is added: everything but its credentials. */
export const cameraRow = cameraFields.superRefine((row, context) => {
  for (const { field, message } of brokenRules(row))
    context.addIssue({ code: 'custom', path: [field], message });
});
export type CameraInput = z.input<typeof cameraRow>;
/** A camera row with every default filled in, as the catalog takes it. */
export type CameraRow = z.output<typeof cameraRow>;

const instant = z.iso.datetime({ offset: true });

/** What list and show print. Credentials are never part of it. */
export const cameraDocument = z.strictObject({
  ...cameraFields.shape,
  timeZone: z.string(),
  tags: z.array(z.string()),
  enabled: z.boolean(),
  hasCredentials: z.boolean().describe('User and password for the live URL or the archive are stored.'),
  revision: z.int().describe('Grows with every change of a field or of credentials.'),
  updatedAt: instant,
});
export type CameraDocument = z.infer<typeof cameraDocument>;
export const cameraList = z.array(cameraDocument);

/** One thing wrong with an import: 1-based line of the file (or element of the JSON array) and column. */
export const importProblem = z.strictObject({ line: z.int(), field: z.string(), message: z.string() });
export type ImportProblem = z.infer<typeof importProblem>;

export const cameraImportDocument = z.strictObject({
  added: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  errors: z.array(importProblem).describe('When not empty, nothing at all was imported.'),
});
export type CameraImportDocument = z.infer<typeof cameraImportDocument>;

export const cameraRemoved = z.strictObject({ id: z.string(), removed: z.boolean() });
