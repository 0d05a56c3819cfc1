// Files that hold Google credentials: read only when nobody else can, JSON only, and written whole or not at all.
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { z } from 'zod';
import { Fault } from '../domain/fault.ts';

/** A person's permission, as `longtake google login` writes it; Google's own `authorized_user` files and Python's `token.json` fit too. */
export interface TokenFile {
  clientId: string;
  clientSecret: string;
  refreshToken: string;
  /** Mail address of the person, when it is known. */
  account?: string;
  /** What the person allowed, when it is known. */
  scopes?: string[];
}

/** Of a service account. */
export interface KeyFile {
  email: string;
  privateKey: string;
}

const tokenShape = z.object({
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
  refresh_token: z.string().min(1),
  account: z.string().min(1).optional().catch(undefined),
  scopes: z.array(z.string()).optional().catch(undefined),
});

const keyShape = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().includes('PRIVATE KEY'),
});

/** @throws Fault ConfigInvalid that says what to type */
export async function readTokenFile(path: string): Promise<TokenFile> {
  const document = await readSecretJson('google.tokenFile', path);
  const parsed = tokenShape.safeParse(document);
  if (!parsed.success) throw invalid('google.tokenFile', path, `holds no refresh token. ${signIn(document)}`);
  const { client_id, client_secret, refresh_token, account, scopes } = parsed.data;
  return {
    clientId: client_id,
    clientSecret: client_secret,
    refreshToken: refresh_token,
    ...(account !== undefined && { account }),
    ...(scopes !== undefined && { scopes }),
  };
}

/** @throws Fault ConfigInvalid that says what to type */
export async function readKeyFile(path: string): Promise<KeyFile> {
  const document = await readSecretJson('google.credentialsFile', path);
  const parsed = keyShape.safeParse(document);
  if (parsed.success) return { email: parsed.data.client_email, privateKey: parsed.data.private_key };
  const isToken = tokenShape.safeParse(document).success;
  throw invalid(
    'google.credentialsFile',
    path,
    isToken
      ? 'is the token of a person: name it in google.tokenFile instead.'
      : 'is no key of a service account: make one in the Google Cloud console (Keys, Add key, JSON).',
  );
}

/** Mode 0600, replaced in one step. @throws Fault ConfigInvalid when the directory refuses */
export async function writeTokenFile(path: string, token: TokenFile): Promise<void> {
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  const document = {
    type: 'authorized_user',
    client_id: token.clientId,
    client_secret: token.clientSecret,
    refresh_token: token.refreshToken,
    ...(token.account !== undefined && { account: token.account }),
    ...(token.scopes !== undefined && { scopes: token.scopes }),
  };
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(document, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    const { code } = error as NodeJS.ErrnoException;
    throw new Fault('ConfigInvalid', `The token file ${path} cannot be written (${code}).`);
  }
}

const invalid = (key: string, path: string, what: string): Fault =>
  new Fault('ConfigInvalid', `The file ${path} of ${key} ${what}`, { key });

const signIn = (document: unknown): string => {
  const isClient = typeof document === 'object' && document !== null && 'installed' in document;
  return isClient
    ? 'It is the OAuth client itself: `longtake google login` makes a token with it.'
    : 'Sign in again: longtake google login';
};

async function readSecretJson(key: string, path: string): Promise<unknown> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'is not there.' : `cannot be read (${error.code}).`;
    throw invalid(key, path, why);
  });
  try {
    const { mode } = await file.stat();
    if ((mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      throw invalid(key, path, `has mode ${octal}, so others can read it; run: chmod 600 ${path}`);
    }
    return parseJson(key, path, await file.readFile());
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw invalid(key, path, `cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  } finally {
    await file.close();
  }
}

/** Protocols 2 and later begin with 0x80, the textual ones with an opcode and a line. */
const isPickle = (bytes: Buffer): boolean =>
  bytes[0] === 0x80 || /^(?:\(dp?\d*\n|ccopy_reg\n|c[\w.]+\n\w+\n)/.test(bytes.toString('latin1', 0, 200));

function parseJson(key: string, path: string, bytes: Buffer): unknown {
  if (isPickle(bytes))
    throw invalid(
      key,
      path,
      'is a Python pickle, which can run code when it is read. Sign in again: longtake google login',
    );
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    throw invalid(key, path, 'holds no JSON. Download the key again, or sign in: longtake google login');
  }
}
