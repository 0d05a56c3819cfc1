// Signing in as a person, once, on a terminal: asks for the permission, keeps it as a token file, shows it and takes it back.
import { access, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { Fault } from '../domain/fault.ts';
import { signInByDevice, type DeviceFlow } from './device-flow.ts';
import {
  loginEndpoints,
  postForm,
  type LoginClient,
  type LoginEndpoints,
  type Permission,
} from './login-endpoint.ts';
import { browserScopes, deviceScopes } from './login-scopes.ts';
import { signInByBrowser, type LoopbackFlow } from './loopback-flow.ts';
import { readTokenFile, writeTokenFile, type TokenFile } from './token-file.ts';

export interface LoginSpec {
  /** File of the OAuth client as the console gives it; absent: the client of the token file that is there. */
  clientFile?: string | undefined;
  tokenFile: string;
  apiUrl?: string | undefined;
  signal: AbortSignal;
  by:
    | ({ kind: 'browser' } & Pick<LoopbackFlow, 'onAddress' | 'port' | 'waitSeconds'>)
    | ({ kind: 'device' } & Pick<DeviceFlow, 'onCode'> & Partial<Pick<DeviceFlow, 'pause'>>);
}

/** A sign-in without its secrets. */
export interface SignIn {
  tokenFile: string;
  /** Mail address; absent when Google did not tell. */
  account?: string;
  scopes: string[];
  /** What the person did not allow, with what it costs. */
  missing: { scope: string; without: string }[];
}

/** Asks, waits for the person, and writes the token file (mode 0600), whole or not at all. @throws Fault */
export async function login(spec: LoginSpec): Promise<SignIn> {
  const client = await clientOf(spec);
  const endpoints = loginEndpoints(spec.apiUrl);
  const asked = spec.by.kind === 'device' ? deviceScopes : browserScopes;
  const permission = await ask({ spec, client, endpoints, scopes: asked.map(({ scope }) => scope) });
  const account = await accountOf(permission, { endpoints, signal: spec.signal });
  const { refreshToken, scopes } = permission;
  const token: TokenFile = { ...client, refreshToken, ...(account !== undefined && { account }), scopes };
  await mkdir(dirname(spec.tokenFile), { recursive: true, mode: 0o700 });
  await writeTokenFile(spec.tokenFile, token);
  return signInOf(spec.tokenFile, token);
}

/** What the token file holds, without its secrets. @throws Fault NotFound, ConfigInvalid */
export async function showLogin(tokenFile: string): Promise<SignIn> {
  return signInOf(tokenFile, await presentToken(tokenFile));
}

/** Takes the permission back at Google and removes the file. `revoked` is false when Google had forgotten it before. */
export async function logout(spec: {
  tokenFile: string;
  apiUrl?: string | undefined;
  signal: AbortSignal;
}): Promise<{ tokenFile: string; revoked: boolean }> {
  const { refreshToken: token } = await presentToken(spec.tokenFile);
  const { status } = await postForm(loginEndpoints(spec.apiUrl).revokeUrl, { token }, spec.signal);
  await rm(spec.tokenFile, { force: true });
  return { tokenFile: spec.tokenFile, revoked: status === 200 };
}

function ask(given: {
  spec: LoginSpec;
  client: LoginClient;
  endpoints: LoginEndpoints;
  scopes: string[];
}): Promise<Permission> {
  const { spec, ...flow } = given;
  const { signal, by } = spec;
  if (by.kind === 'browser') return signInByBrowser({ ...flow, ...by, signal });
  const pause = (seconds: number) => delay(seconds * 1000, undefined, { signal });
  return signInByDevice({ pause, ...flow, ...by, signal });
}

/** Google's name for who agreed. Not knowing it spoils nothing: the API may be switched off in the project. */
async function accountOf(
  { accessToken }: Permission,
  { endpoints, signal }: { endpoints: LoginEndpoints; signal: AbortSignal },
): Promise<string | undefined> {
  try {
    const response = await fetch(`${endpoints.driveUrl}/about?fields=user(emailAddress)`, {
      headers: { authorization: `Bearer ${accessToken}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
    });
    return z.object({ user: z.object({ emailAddress: z.string() }) }).parse(await response.json()).user
      .emailAddress;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

function signInOf(tokenFile: string, { account, scopes = [] }: TokenFile): SignIn {
  const byDevice = deviceScopes.some(({ scope }) => scopes.includes(scope));
  const wanted = byDevice ? deviceScopes : browserScopes;
  // Files of other programs do not say what was allowed; the doctor finds out.
  const missing = scopes.length === 0 ? [] : wanted.filter(({ scope }) => !scopes.includes(scope));
  return { tokenFile, ...(account !== undefined && { account }), scopes, missing };
}

async function presentToken(path: string): Promise<TokenFile> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) return readTokenFile(path);
  throw new Fault('NotFound', `Nobody is signed in: there is no ${path}.`, {
    remedy: 'Sign in with `longtake google login`.',
  });
}

const clientNames = { client_id: z.string().min(1), client_secret: z.string().min(1) };
const clientDocument = z.union([
  z.object({ installed: z.object(clientNames) }).transform(({ installed }) => installed),
  z.object({ web: z.object(clientNames) }).transform(({ web }) => web),
]);

async function clientOf({ clientFile, tokenFile }: LoginSpec): Promise<LoginClient> {
  const remedy =
    'Give it with --client: Google Cloud console, Clients, an OAuth client of type "Desktop app" (or "TVs and Limited Input devices" for --device), Download JSON.';
  if (clientFile === undefined) {
    const known = await readTokenFile(tokenFile).catch(() => undefined);
    if (known) return { clientId: known.clientId, clientSecret: known.clientSecret };
    throw new Fault('InputInvalid', 'Which OAuth client signs in is not known yet.', { remedy });
  }
  const text = await readFile(clientFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Fault('NotFound', `The client file ${clientFile} cannot be read (${error.code}).`, { remedy });
  });
  const parsed = clientDocument.safeParse(parseJson(text));
  if (!parsed.success)
    throw new Fault('InputInvalid', `${clientFile} is no file of an OAuth client.`, { remedy });
  return { clientId: parsed.data.client_id, clientSecret: parsed.data.client_secret };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
