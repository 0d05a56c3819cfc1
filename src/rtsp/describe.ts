// Asks a camera what it sends before it is relayed: one DESCRIBE, answering its challenge and following its redirects.
import { hash, randomBytes } from 'node:crypto';
import {
  basicAuthorization,
  digestAuthorization,
  offersBasic,
  parseDigestChallenge,
} from '../domain/authorization.ts';
import { Fault } from '../domain/fault.ts';
import { parseSourceUrl, serializeUrl, type Credentials, type SourceUrl } from '../domain/url.ts';
import { faultOfAnswer } from './answer-faults.ts';
import type { RtspAnswer } from './answer-reader.ts';
import { openConnection, type RtspConnection } from './connection.ts';
import { readSourceFacts, type SourceFacts } from './sdp.ts';

export type { SourceFacts } from './sdp.ts';

export interface DescribeAsk {
  /** rtsp:// or rtsps://, with the credentials percent-encoded in it; secret. */
  url: string;
  /** For all of it: connecting, login, redirects. */
  timeoutSeconds: number;
  signal: AbortSignal;
  /** Called before the password is sent, so that logins can be counted; what it throws ends the probe without a login. */
  onLogin?: () => void;
}

const schemes = ['rtsp', 'rtsps'] as const;
const defaultPorts: Record<string, number> = { rtsp: 554, rtsps: 322 };
const maxRedirects = 2;

/**
 * The first request carries no login; a challenge is answered once for each address, and a refused login is never tried again. Over TCP,
 * over TLS for rtsps, where the certificate is not checked. Throws AuthRejected (a login is refused, or wanted and there is none),
 * SourceMissing, SourceBusy (with Retry-After), SourceUnreachable (refused, no such name, no connection in time, broken off),
 * SourceStalled (connected and silent), MediaUnreadable (no RTSP, out of bounds, no video), InputInvalid (any other refusal),
 * ForbiddenUrl (another scheme, a redirect to another host); the signal's reason. Messages name host and port alone; only an address
 * outside the grammar is shown, redacted.
 */
export async function describeRtsp(ask: DescribeAsk): Promise<SourceFacts> {
  const untilMs = performance.now() + ask.timeoutSeconds * 1000;
  ask.signal.throwIfAborted();
  let url = parseSourceUrl(ask.url, schemes);
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const { answer, certificateSha256 } = await describeAt(url, { ...ask, untilMs });
    if (answer.status !== 301 && answer.status !== 302)
      return { ...factsOf(answer, nameOf(url)), ...(certificateSha256 && { certificateSha256 }) };
    url = redirectTarget(url, answer);
  }
  throw new Fault(
    'SourceUnreachable',
    `The camera at ${nameOf(url)} redirects more than ${maxRedirects} times.`,
  );
}

type Describing = Pick<DescribeAsk, 'signal' | 'onLogin'> & { untilMs: number };

interface Described {
  answer: RtspAnswer;
  certificateSha256: string | undefined;
}

async function describeAt(url: SourceUrl, { onLogin, untilMs, signal }: Describing): Promise<Described> {
  const connection = openConnection({
    host: url.host.replace(/^\[|\]$/g, ''),
    port: portOf(url),
    isTls: url.scheme === 'rtsps',
    from: nameOf(url),
    untilMs,
    signal,
  });
  try {
    const answer = await authorized(connection, { url, onLogin });
    return { answer, certificateSha256: connection.certificateSha256() };
  } finally {
    connection.close();
  }
}

/** Challenges are bound to their connection, so the login goes over the same one. */
async function authorized(
  connection: RtspConnection,
  { url, onLogin }: { url: SourceUrl; onLogin: DescribeAsk['onLogin'] },
): Promise<RtspAnswer> {
  const target = targetOf(url);
  const first = await connection.ask(describeRequest({ target, sequence: 1 }));
  if (first.status !== 401) return first;
  const challenge = (first.headers.get('www-authenticate') ?? []).join(', ');
  const authorization = authorizationFor({ challenge, target, url });
  onLogin?.();
  return connection.ask(describeRequest({ target, sequence: 2, authorization }));
}

function describeRequest(request: { target: string; sequence: number; authorization?: string }): string {
  const { target, sequence, authorization } = request;
  const lines = [
    `DESCRIBE ${target} RTSP/1.0`,
    `CSeq: ${sequence}`,
    'User-Agent: Longtake',
    'Accept: application/sdp',
    ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** The best of the challenges: Digest by its strength, then Basic. */
function authorizationFor(wanted: { challenge: string; target: string; url: SourceUrl }): string {
  const { challenge, target, url } = wanted;
  const refused = (trouble: string) => new Fault('AuthRejected', `The camera at ${nameOf(url)} ${trouble}.`);
  if (url.user === undefined) throw refused('wants a login, and its address has none');
  // A line end in the name would begin a header of its own.
  if (/[\u0000-\u001f\u007f]/.test(url.user))
    throw new Fault(
      'ForbiddenUrl',
      `The user name for the camera at ${nameOf(url)} holds a control character.`,
    );
  const credentials: Credentials = { user: url.user, password: url.password ?? '' };
  const digest = parseDigestChallenge(challenge);
  if (digest) {
    const clientNonce = randomBytes(16).toString('hex');
    return digestAuthorization({
      challenge: digest,
      credentials,
      method: 'DESCRIBE',
      target,
      clientNonce,
      hash,
    });
  }
  if (offersBasic(challenge)) return basicAuthorization(credentials);
  throw refused('wants a kind of login that is neither Digest nor Basic');
}

function factsOf(answer: RtspAnswer, from: string): SourceFacts {
  if (answer.status !== 200) throw faultOfAnswer(answer, from);
  const facts = readSourceFacts(answer.body);
  if (!facts) throw new Fault('MediaUnreadable', `The camera at ${from} describes no video.`);
  return facts;
}

/** The same host on any port, never back from TLS; the credentials stay ours. */
function redirectTarget(url: SourceUrl, answer: RtspAnswer): SourceUrl {
  const from = nameOf(url);
  const location = answer.headers.get('location')?.[0];
  if (location === undefined)
    throw new Fault('MediaUnreadable', `The camera at ${from} redirects without saying where to.`);
  let target: SourceUrl;
  try {
    target = parseSourceUrl(location, schemes);
  } catch {
    // Its own words may hold what we have sent: they are not repeated.
    throw new Fault(
      'ForbiddenUrl',
      `The camera at ${from} redirects to an address that is no plain RTSP address.`,
    );
  }
  if (target.host !== url.host || (url.scheme === 'rtsps' && target.scheme !== 'rtsps'))
    throw new Fault(
      'ForbiddenUrl',
      `The camera at ${from} redirects to another host, or from TLS to plain text.`,
    );
  const { scheme, host, port, path, query } = target;
  return {
    ...{ scheme, host, path, query },
    ...(port !== undefined && { port }),
    ...(url.user !== undefined && { user: url.user }),
    ...(url.password !== undefined && { password: url.password }),
  };
}

const portOf = ({ scheme, port }: SourceUrl): number => port ?? defaultPorts[scheme] ?? 554;

/** `host:port`. */
const nameOf = (url: SourceUrl): string => `${url.host}:${portOf(url)}`;

/** The address of the request line: without credentials, with a path. */
function targetOf({ scheme, host, port, path, query }: SourceUrl): string {
  return serializeUrl({ scheme, host, path: path || '/', query, ...(port !== undefined && { port }) });
}
