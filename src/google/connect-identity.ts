// Who we are at Google: requests with a fresh token, signed in anew (and the file read again) when a token is refused.
import type { AuthClient } from 'google-auth-library';
import { Fault } from '../domain/fault.ts';
import type { GoogleFetchInit, GoogleSettings } from './google-types.ts';
import { readKeyFile, readTokenFile } from './token-file.ts';

type RequestOptions = Parameters<AuthClient['request']>[0];

/** In place of a client of google-auth-library: the generated API clients ask nothing else of theirs. */
export interface Identity {
  request(options: RequestOptions): ReturnType<AuthClient['request']>;
  fetch(url: URL, init: GoogleFetchInit): Promise<Response>;
}

const ofGoogle = /^(?:[\w-]+\.)*googleapis\.com$|^(?:accounts|oauth2)\.google\.com$/;

/** The address that stands for `url`: hosts of Google become apiUrl, anything else never gets a token. */
export function googleAddress(url: URL, apiUrl: string | undefined): URL {
  if (apiUrl !== undefined) {
    if (url.origin !== new URL(apiUrl).origin && !ofGoogle.test(url.hostname)) throw notGoogle(url);
    return new URL(url.pathname + url.search, apiUrl);
  }
  if (url.protocol !== 'https:' || !ofGoogle.test(url.hostname)) throw notGoogle(url);
  return url;
}

const notGoogle = (url: URL): Fault =>
  new Fault('ForbiddenUrl', `${url.origin} is no address of Google's: no token is sent there.`);

function transporterOptions({ apiUrl, requestSeconds }: GoogleSettings) {
  return {
    timeout: requestSeconds * 1000,
    ...(apiUrl !== undefined && {
      fetchImplementation: (input: string | URL | Request, init?: RequestInit) =>
        fetch(googleAddress(new URL(input instanceof Request ? input.url : input), apiUrl), init),
    }),
  };
}

async function signIn(settings: GoogleSettings, scopes: readonly string[]): Promise<AuthClient> {
  // Loaded at first use: workers without Google never pay for it.
  const library = await import('google-auth-library');
  const options = { transporterOptions: transporterOptions(settings) };
  const { credentialsFile, tokenFile, subject } = settings;
  let client: AuthClient;
  if (credentialsFile !== undefined) {
    const { email, privateKey: key } = await readKeyFile(credentialsFile);
    client = new library.JWT({
      ...options,
      email,
      key,
      scopes: [...scopes],
      ...(subject !== undefined && { subject }),
    });
  } else if (tokenFile !== undefined) {
    const { clientId, clientSecret, refreshToken } = await readTokenFile(tokenFile);
    client = new library.OAuth2Client({ ...options, clientId, clientSecret });
    client.setCredentials({ refresh_token: refreshToken });
  } else {
    const clientOptions = { ...options, ...(subject !== undefined && { subject }) };
    client = await new library.GoogleAuth({ scopes: [...scopes], clientOptions }).getClient();
  }
  client.transporter.interceptors.request.add({
    // The token endpoint's requests would be repeated three times, over and above Temporal's attempts.
    resolved: (request) => Promise.resolve({ ...request, retry: false, retryConfig: { retry: 0 } }),
  });
  return client;
}

/** `api`: a token was refused; `token`: none was given. Not 403, which is no matter of the token's age. */
function refusalOf(error: unknown): 'api' | 'token' | undefined {
  const { response } = error as { response?: { status?: number; data?: { error?: unknown } } };
  if (typeof response?.data?.error === 'string') return 'token';
  return response?.status === 401 ? 'api' : undefined;
}

/** One for each set of scopes; what it holds of a token lives as long as it does. */
export function createIdentity(settings: GoogleSettings, scopes: readonly string[]): Identity {
  let signedIn: Promise<AuthClient> | undefined;

  function current(): Promise<AuthClient> {
    if (signedIn) return signedIn;
    const mine = signIn(settings, scopes);
    signedIn = mine;
    mine.catch(() => forget(mine));
    return mine;
  }

  function forget(refused: Promise<AuthClient>): void {
    if (signedIn === refused) signedIn = undefined;
  }

  /** Forgets the client whose credentials Google refuses: by the next call the file may be another one. */
  async function judged<T>(work: (client: AuthClient) => Promise<T>): Promise<T> {
    const mine = current();
    try {
      return await work(await mine);
    } catch (error) {
      if (refusalOf(error) !== undefined) forget(mine);
      throw error;
    }
  }

  return {
    async request(options) {
      const send = () => judged((client) => client.request({ ...options }));
      try {
        return await send();
      } catch (error) {
        if (refusalOf(error) !== 'api' || isStream(options.data)) throw error;
        return await send();
      }
    },
    async fetch(url, init) {
      const address = googleAddress(url, settings.apiUrl);
      const send = async () => {
        const mine = current();
        const granted = await judged((client) => client.getRequestHeaders());
        const headers = new Headers(init.headers);
        granted.forEach((value, name) => headers.set(name, value));
        const answer = await fetch(address, { ...init, headers, redirect: 'manual' });
        if (answer.status === 401) forget(mine);
        return answer;
      };
      const answer = await send();
      if (answer.status !== 401 || isStream(init.body)) return answer;
      await answer.body?.cancel();
      return send();
    },
  };
}

const isStream = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && (Symbol.asyncIterator in body || 'pipe' in body);
