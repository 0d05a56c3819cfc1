// Documents of a running embedded stack: `<dataDir>/stack.json` and the one line of `longtake up --json`.
import { z } from 'zod';

export const mediamtxAddresses = z.strictObject({
  rtspUrl: z.string().describe('Where cameras publish and players read.'),
  playbackUrl: z
    .string()
    .describe('Archive of what MediaMTX recorded: the `archive_url` of a camera of kind mediamtx.'),
  apiUrl: z.string().describe('Control API, for this machine alone.'),
  accountsFile: z
    .string()
    .describe('Accounts for publishing, reading and the API; readable by the owner alone.'),
});
export type MediamtxAddresses = z.infer<typeof mediamtxAddresses>;

export const standInDocument = z.strictObject({
  apiUrl: z.string().describe('Stands for every host of googleapis.com.'),
  credentialsFile: z.string().describe('Key of the service account that it knows.'),
  subject: z.string().describe('Person in whose name the service account acts.'),
  clientFile: z.string().describe('OAuth client for `longtake google login`.'),
  driveId: z.string().describe('Shared drive.'),
  folderId: z.string().describe('Folder in it, for a room.'),
  calendarId: z.string(),
  courseId: z.string(),
  courseCode: z.string().describe('Alias of the course; it stands in the table too.'),
  spreadsheetId: z.string().describe('Table of course codes.'),
});
export type StandInDocument = z.infer<typeof standInDocument>;

/** Written when all is up, removed at a clean stop; other commands find the stack through it. */
export const stackDocument = z.strictObject({
  pid: z.int().describe('Process that holds the stack.'),
  temporalAddress: z.string().describe('host:port of the Temporal frontend.'),
  uiUrl: z.string().describe('Temporal Web UI.'),
  mediamtx: mediamtxAddresses,
  google: standInDocument.optional().describe('The stand-in for Google of `up --fake-google`.'),
  dataDir: z.string(),
  startedAt: z.iso.datetime({ offset: true }),
});
export type StackDocument = z.infer<typeof stackDocument>;

/** What `longtake up --json` prints, once, on one line. */
export const stackReady = stackDocument
  .omit({ pid: true, startedAt: true })
  .extend({ ready: z.literal(true) });
export type StackReady = z.infer<typeof stackReady>;
