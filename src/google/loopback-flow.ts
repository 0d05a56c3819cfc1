// Signing in by a browser that comes back to a port of this machine with a code (RFC 8252), bound to us by PKCE and a state.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Fault } from '../domain/fault.ts';
import {
  permissionOf,
  postForm,
  refusal,
  type LoginClient,
  type LoginEndpoints,
  type Permission,
} from './login-endpoint.ts';

export interface LoopbackFlow {
  client: LoginClient;
  endpoints: LoginEndpoints;
  scopes: readonly string[];
  /** Told once: the address to open, and the port that the browser comes back to. */
  onAddress: (address: { url: string; port: number }) => void;
  /** A free one when 0. */
  port: number;
  /** How long the browser may take. */
  waitSeconds: number;
  signal: AbortSignal;
}

/** Returns when a person has agreed. @throws Fault AuthRejected, GoogleTransient, ConfigInvalid */
export async function signInByBrowser(flow: LoopbackFlow): Promise<Permission> {
  const { client, endpoints, onAddress, signal } = flow;
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(24).toString('base64url');
  const server = createServer();
  const back = answerOfBrowser(server, state);
  back.catch(() => undefined);
  try {
    const port = await listen(server, flow.port);
    const redirect_uri = `http://127.0.0.1:${port}/`;
    onAddress({ url: consentUrl({ flow, redirect_uri, state, verifier }), port });
    const code = await inTime(back, flow);
    const { clientId: client_id, clientSecret: client_secret } = client;
    const form = { grant_type: 'authorization_code', code, redirect_uri, code_verifier: verifier };
    return permissionOf(await postForm(endpoints.tokenUrl, { ...form, client_id, client_secret }, signal));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function consentUrl(ask: {
  flow: LoopbackFlow;
  redirect_uri: string;
  state: string;
  verifier: string;
}): string {
  const { flow, redirect_uri, state, verifier } = ask;
  const query = {
    client_id: flow.client.clientId,
    redirect_uri,
    state,
    response_type: 'code',
    scope: flow.scopes.join(' '),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    access_type: 'offline',
    // Google gives a refresh token only when it asks; without this only the first time.
    prompt: 'consent',
  };
  return `${flow.endpoints.consentUrl}?${new URLSearchParams(query).toString()}`;
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen({ host: '127.0.0.1', port });
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new Fault('ConfigInvalid', `Port ${port} of 127.0.0.1 cannot be listened on (${code}).`, {
      remedy: 'Choose another with --port, or none.',
    });
  }
  return (server.address() as AddressInfo).port;
}

/** The code that comes with our state; whatever else knocks is sent away and changes nothing. */
function answerOfBrowser(server: Server, state: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      const { searchParams: query } = url;
      if (request.method !== 'GET' || url.pathname !== '/' || query.get('state') !== state)
        return answer(response, 404, 'This is not the sign-in that was begun.');
      const error = query.get('error');
      const code = query.get('code');
      if (error !== null || code === null) {
        answer(response, 200, 'Not signed in. You can close this page.');
        return reject(refusal({ error: error ?? 'no code' }));
      }
      answer(response, 200, 'Signed in. You can close this page.');
      resolve(code);
    });
  });
}

function answer(response: ServerResponse, status: number, sentence: string): void {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    connection: 'close',
  };
  response.writeHead(status, headers).end(`<!doctype html><title>Longtake</title><p>${sentence}</p>`);
}

async function inTime(back: Promise<string>, { waitSeconds, signal }: LoopbackFlow): Promise<string> {
  const late = Promise.withResolvers<never>();
  const end = (): void => late.reject(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  const timer = setTimeout(
    () =>
      late.reject(
        new Fault('AuthRejected', `No browser came back within ${waitSeconds / 60} minutes.`, {
          remedy:
            'Start again; when the browser runs on another machine, see --port and docs/guide/google.md.',
        }),
      ),
    waitSeconds * 1000,
  );
  try {
    signal.throwIfAborted();
    return await Promise.race([back, late.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}
