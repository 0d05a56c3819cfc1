// One HTTP request to a source up to its answer's headers: address policy, redirects, Basic and Digest credentials, time limits.
import { hash, randomBytes } from 'node:crypto';
import http, { type IncomingMessage, type OutgoingHttpHeaders, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { LookupFunction, NetConnectOpts } from 'node:net';
import { basicAuthorization, digestAuthorization, parseDigestChallenge } from '../domain/authorization.ts';
import { Fault } from '../domain/fault.ts';
import {
  parseSourceUrl,
  redactUrl,
  serializeUrl,
  stripCredentials,
  type Credentials,
} from '../domain/url.ts';
import { resolveAllowed, type ResolvedAddress } from './address-policy.ts';
import { createBulkRead, type BulkRead } from './bulk-read.ts';
import { faultOfConnection } from './http-faults.ts';

export interface HttpPolicy {
  /** Until TCP (and TLS) stand, name resolution included. */
  connectSeconds: number;
  /** From the request to the answer's headers. */
  answerSeconds: number;
  /** `host` or `host:port` that a redirect may lead to besides the host asked. */
  allowedRedirectHosts: readonly string[];
  allowPrivate: boolean;
}

export interface HttpAsk {
  url: string;
  method?: 'GET' | 'HEAD';
  headers?: Readonly<Record<string, string>> | undefined;
  /** Sent to the host asked alone, never to one it redirects to. Taken from the URL when absent. */
  credentials?: Credentials | undefined;
  signal: AbortSignal;
}

export interface HttpAnswer {
  response: IncomingMessage;
  /** The fast way to the body; absent on encrypted connections. */
  bulk?: BulkRead | undefined;
  status: number;
  /** where the answer came from, redacted */
  url: string;
}

/** Opens a request; the caller must read or destroy the response. Any status is an answer, but 3xx with a Location and 401 are followed first. */
export type HttpOpen = (ask: HttpAsk) => Promise<HttpAnswer>;

const maxRedirects = 5;
const redirectStatuses = [301, 302, 303, 307, 308];

/** Parses by the closed grammar and hands out the WHATWG form of what was accepted. */
function acceptedUrl(text: string): URL {
  return new URL(serializeUrl(parseSourceUrl(text, ['http', 'https'])));
}

function redirectTarget(from: URL, location: string, allowedHosts: readonly string[]): URL {
  const target = acceptedUrl(new URL(location, from).href);
  target.username = target.password = '';
  const isListed = allowedHosts.includes(target.host) || allowedHosts.includes(target.hostname);
  const upgradesToTls =
    from.protocol === 'http:' && target.protocol === 'https:' && !from.port && !target.port;
  const isSameOrigin = target.protocol === from.protocol && target.host === from.host;
  if (isSameOrigin || (target.hostname === from.hostname && upgradesToTls)) return target;
  if (isListed && !(from.protocol === 'https:' && target.protocol === 'http:')) return target;
  throw new Fault(
    'ForbiddenUrl',
    `The source ${redactUrl(from.href)} redirects to ${redactUrl(target.origin)}, which is not allowed.`,
  );
}

/** Always answers with the address that was judged, in both forms that Node asks for. */
function fixedLookup({ address, family }: ResolvedAddress): LookupFunction {
  return (_host, options, callback) => {
    if (options.all) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

type WireAnswer = Pick<HttpAnswer, 'response' | 'bulk'>;

interface WireRequest {
  target: URL;
  method: string;
  headers: OutgoingHttpHeaders;
  signal: AbortSignal;
  policy: HttpPolicy;
}

interface Sending {
  address: ResolvedAddress;
  /** TCP, and TLS where it is used, stand. */
  onConnected: () => void;
  onAnswer: (answer: WireAnswer) => void;
  onError: (error: unknown) => void;
}

/** Sends the request to the address that was judged; the result breaks it off. */
function sendRequest(
  { target, method, headers, signal }: WireRequest,
  sending: Sending,
): (fault: Fault) => void {
  const isTls = target.protocol === 'https:';
  const bulk = isTls ? undefined : createBulkRead();
  const options: RequestOptions = {
    host: target.hostname.replace(/^\[|\]$/g, ''),
    port: target.port || (isTls ? 443 : 80),
    path: target.pathname + target.search,
    method,
    headers,
    lookup: fixedLookup(sending.address),
    signal,
    // An agent would make the connection itself; every request has one of its own either way.
    ...(bulk ? { createConnection: (wanted) => bulk.connect(wanted as NetConnectOpts) } : { agent: false }),
  };
  const request = (isTls ? https : http).request(options);
  request.on('socket', (socket) => socket.once(isTls ? 'secureConnect' : 'connect', sending.onConnected));
  request.once('response', (response) => sending.onAnswer({ response, bulk }));
  // Stays for good: a connection may break after its answer was delivered.
  request.on('error', sending.onError);
  request.end();
  return (fault) => void request.destroy(fault);
}

function exchange(wire: WireRequest): Promise<WireAnswer> {
  const { target, signal, policy } = wire;
  const shown = redactUrl(target.href);
  const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>();
  let abandon: (fault: Fault) => void = reject;
  let isSettled = false;
  let timer: NodeJS.Timeout | undefined;

  function allow(seconds: number, what: string): void {
    clearTimeout(timer);
    if (isSettled) return;
    const late = () =>
      new Fault('SourceUnreachable', `The source did not ${what} within ${seconds} s: ${shown}.`);
    timer = setTimeout(() => abandon(late()), seconds * 1000);
  }

  function send(address: ResolvedAddress): void {
    // Too late or cancelled while the name was being resolved: nothing may be sent any more.
    if (isSettled || signal.aborted) return;
    const onConnected = () => allow(policy.answerSeconds, 'answer');
    abandon = sendRequest(wire, { address, onConnected, onAnswer: resolve, onError: reject });
  }

  const onAbort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  allow(policy.connectSeconds, 'accept a connection');
  resolveAllowed(target.hostname, policy.allowPrivate).then(send).catch(reject);
  return promise
    .catch((error: unknown) => {
      signal.throwIfAborted();
      throw faultOfConnection({ error, url: shown });
    })
    .finally(() => {
      isSettled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    });
}

const isRefused = ({ response }: WireAnswer) => response.statusCode === 401 || response.statusCode === 403;

/** Lets go of an answer that nobody will read. */
export function discard(response: IncomingMessage): void {
  response.on('error', () => undefined);
  response.destroy();
}

/** Makes the function that opens requests; it remembers which hosts take Basic credentials, so that later requests need one round trip. */
export function createHttpOpen(policy: HttpPolicy): HttpOpen {
  const basicOrigins = new Set<string>();

  async function authorized(wire: WireRequest, credentials: Credentials | undefined): Promise<WireAnswer> {
    const { target } = wire;
    if (!credentials) return exchange(wire);
    const basic = { ...wire.headers, authorization: basicAuthorization(credentials) };
    if (basicOrigins.has(target.origin)) return exchange({ ...wire, headers: basic });
    // Asked first without: a recorder that wants Digest may count an unasked Basic as a failed login.
    const first = await exchange(wire);
    if (!isRefused(first)) return first;
    discard(first.response);
    const challenge = parseDigestChallenge(first.response.headers['www-authenticate'] ?? '');
    if (challenge) {
      const { method } = wire;
      const authorization = digestAuthorization({
        challenge,
        credentials,
        method,
        target: target.pathname + target.search,
        clientNonce: randomBytes(16).toString('hex'),
        hash,
      });
      return exchange({ ...wire, headers: { ...wire.headers, authorization } });
    }
    const second = await exchange({ ...wire, headers: basic });
    if (!isRefused(second)) basicOrigins.add(target.origin);
    return second;
  }

  return async function open({ url, method = 'GET', headers = {}, credentials, signal }) {
    const stripped = stripCredentials(url);
    const asked = acceptedUrl(stripped.url);
    let target = asked;
    for (let hop = 0; hop <= maxRedirects; hop += 1) {
      const wire = { target, method, headers: { 'accept-encoding': 'identity', ...headers }, signal, policy };
      const given = target.host === asked.host ? (credentials ?? stripped.credentials) : undefined;
      const { response, bulk } = await authorized(wire, given);
      const { statusCode: status = 0, headers: answered } = response;
      if (!redirectStatuses.includes(status) || answered.location === undefined)
        return { response, bulk, status, url: redactUrl(target.href) };
      discard(response);
      target = redirectTarget(target, answered.location, policy.allowedRedirectHosts);
    }
    throw new Fault('SourceUnreachable', `The source redirects in a circle: ${redactUrl(asked.href)}.`);
  };
}
