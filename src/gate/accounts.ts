// The accounts of one MediaMTX and the key of its relays' tokens: their shape, and the file that holds them.
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { Fault } from '../domain/fault.ts';

/** Who publishes relays; never the name of an account. */
export const relayUser = 'relay';

const account = z.object({
  user: z
    .string()
    .min(1)
    .refine((user) => user !== relayUser, `the user ${relayUser} belongs to tokens`),
  password: z
    .string()
    .min(1)
    .refine((password) => !password.includes(':'), 'MediaMTX refuses a password with a colon'),
});
export type GateAccount = z.infer<typeof account>;

/** One account a right, so that a camera's password opens nothing else. */
export const gateAccounts = z.object({
  /** May publish to paths that carry no relay. */
  publisher: account,
  /** May read live streams and play recordings back. */
  reader: account,
  /** May use the Control API and read metrics. */
  api: account,
  /** Key of the relays' tokens. */
  gateKey: z.string().regex(/^[0-9a-f]{64}$/, 'not 64 hexadecimal digits'),
});
export type GateAccounts = z.infer<typeof gateAccounts>;

/** @throws Fault ConfigInvalid when it cannot be read, others can read it, or something is missing in it */
export async function readAccounts(path: string): Promise<GateAccounts> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new Fault('ConfigInvalid', `The accounts file ${path} cannot be read (${error.code}).`);
  });
  try {
    const { mode } = await file.stat();
    if ((mode & 0o077) !== 0)
      throw new Fault(
        'ConfigInvalid',
        `The accounts file ${path} can be read by others; run: chmod 600 ${path}`,
      );
    return parseAccounts(path, await file.readFile('utf8'));
  } finally {
    await file.close();
  }
}

function parseAccounts(path: string, text: string): GateAccounts {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Fault('ConfigInvalid', `The accounts file ${path} is not JSON.`);
  }
  const parsed = gateAccounts.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Fault('ConfigInvalid', `The accounts file ${path}: ${issue?.path.join('.')}: ${issue?.message}.`);
}
