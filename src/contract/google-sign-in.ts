// Documents of `longtake google`: who is signed in at Google and for what; never a token.
import { z } from 'zod';

export const googleSignIn = z.strictObject({
  tokenFile: z.string().describe('Where the permission is kept, readable by the owner alone.'),
  account: z.string().optional().describe('Mail address, when Google told it.'),
  scopes: z.array(z.string()).describe('What the person allowed.'),
  missing: z
    .array(z.strictObject({ scope: z.string(), without: z.string() }))
    .describe('What the person did not allow, and what does not work without it.'),
});
export type GoogleSignIn = z.infer<typeof googleSignIn>;

export const googleSignedOut = z.strictObject({
  tokenFile: z.string().describe('Removed.'),
  revoked: z.boolean().describe('False: Google had forgotten the permission before.'),
});
export type GoogleSignedOut = z.infer<typeof googleSignedOut>;
