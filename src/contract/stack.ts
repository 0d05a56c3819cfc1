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

/** Written when all is up, removed at a clean stop; other commands find the stack through it. */
export const stackDocument = z.strictObject({
  pid: z.int().describe('Process that holds the stack.'),
  temporalAddress: z.string().describe('host:port of the Temporal frontend.'),
  uiUrl: z.string().describe('Temporal Web UI.'),
  mediamtx: mediamtxAddresses,
  dataDir: z.string(),
  startedAt: z.iso.datetime({ offset: true }),
});
export type StackDocument = z.infer<typeof stackDocument>;

/** What `longtake up --json` prints, once, on one line. */
export const stackReady = stackDocument
  .omit({ pid: true, startedAt: true })
  .extend({ ready: z.literal(true) });
export type StackReady = z.infer<typeof stackReady>;
