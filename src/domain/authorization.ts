// How a client answers a 401 of HTTP or RTSP: reads the challenges (RFC 7616, RFC 7617) and makes the Authorization header; hashes are handed in.
import { base64Of } from './base64.ts';
import type { Credentials } from './url.ts';
import { utf8Bytes } from './utf8.ts';

/** Hash names as OpenSSL has them. */
export type DigestHash = 'md5' | 'sha256' | 'sha512-256';

export interface DigestChallenge {
  realm: string;
  nonce: string;
  opaque?: string;
  /** As the server writes it; MD5 when absent. */
  algorithm?: string;
  qop?: 'auth';
}

/** Weakest first. */
const hashNames: Record<string, DigestHash> = {
  MD5: 'md5',
  'SHA-256': 'sha256',
  'SHA-512-256': 'sha512-256',
};

/** Basic credentials as a header value. */
export function basicAuthorization({ user, password }: Credentials): string {
  const digits = base64Of(utf8Bytes(`${user}:${password}`));
  return `Basic ${digits.padEnd(Math.ceil(digits.length / 4) * 4, '=')}`;
}

/** Whether a WWW-Authenticate header takes Basic credentials. */
export function offersBasic(header: string): boolean {
  return readChallenges(header).some(({ scheme }) => scheme === 'basic');
}

/** The strongest Digest challenge of a WWW-Authenticate header (several are joined with commas) that we can answer, or undefined. */
export function parseDigestChallenge(header: string): DigestChallenge | undefined {
  const strength = Object.keys(hashNames);
  return readChallenges(header)
    .filter(({ scheme }) => scheme === 'digest')
    .map(({ fields }) => digestChallengeOf(fields))
    .filter((challenge) => challenge !== undefined)
    .sort((a, b) => strength.indexOf(base(b)) - strength.indexOf(base(a)))[0];
}

interface Challenge {
  /** lower case */
  scheme: string;
  /** by lower-case name */
  fields: Map<string, string>;
}

/** A word with a value belongs to the scheme before it; a bare word is the next scheme. The lookbehind keeps the search linear. */
const wordOrField = /(?<![\w-])([\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))|(?=[\s,]|$))/g;

function readChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  for (const [, word = '', quoted, bare] of header.matchAll(wordOrField)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? bare;
    if (value === undefined) challenges.push({ scheme: word.toLowerCase(), fields: new Map() });
    else challenges.at(-1)?.fields.set(word.toLowerCase(), value);
  }
  return challenges;
}

function digestChallengeOf(fields: Challenge['fields']): DigestChallenge | undefined {
  const nonce = fields.get('nonce');
  if (nonce === undefined) return undefined;
  const offered = fields.get('qop')?.split(/[\s,]+/);
  // Only auth-int is offered: it would need a hash of the body.
  if (offered && !offered.includes('auth')) return undefined;
  const challenge: DigestChallenge = { realm: fields.get('realm') ?? '', nonce };
  const [opaque, algorithm] = [fields.get('opaque'), fields.get('algorithm')];
  if (opaque !== undefined) challenge.opaque = opaque;
  if (algorithm !== undefined) challenge.algorithm = algorithm;
  if (offered) challenge.qop = 'auth';
  return base(challenge) in hashNames ? challenge : undefined;
}

const base = ({ algorithm = 'MD5' }: DigestChallenge) => algorithm.toUpperCase().replace(/-SESS$/, '');

export interface DigestRequest {
  challenge: DigestChallenge;
  credentials: Credentials;
  method: string;
  /** the address exactly as it stands in the request line */
  target: string;
  /** fresh and random for every request */
  clientNonce: string;
  /** of a text in UTF-8, in hex; `hash` of node:crypto fits */
  hash: (name: DigestHash, text: string) => string;
}

const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** The Authorization header for one request; every request uses its nonce once, so the count is always 1. */
export function digestAuthorization(request: DigestRequest): string {
  const { challenge, credentials, method, target, clientNonce } = request;
  const hash = (text: string) => request.hash(hashNames[base(challenge)] ?? 'md5', text);
  const count = '00000001';
  const { realm, nonce, qop, opaque, algorithm } = challenge;
  const isSession = /-sess$/i.test(algorithm ?? '');
  const secret = hash(`${credentials.user}:${realm}:${credentials.password}`);
  const key = isSession ? hash(`${secret}:${nonce}:${clientNonce}`) : secret;
  const asked = hash(`${method}:${target}`);
  const response = hash(
    qop ? `${key}:${nonce}:${count}:${clientNonce}:${qop}:${asked}` : `${key}:${nonce}:${asked}`,
  );
  const fields = [
    `username=${quote(credentials.user)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(target)}`,
    `response="${response}"`,
  ];
  if (algorithm !== undefined) fields.push(`algorithm=${algorithm}`);
  if (qop) fields.push(`qop=${qop}`, `nc=${count}`);
  if (qop || isSession) fields.push(`cnonce="${clientNonce}"`);
  if (opaque !== undefined) fields.push(`opaque=${quote(opaque)}`);
  return `Digest ${fields.join(', ')}`;
}
