// HTTP Digest answers (RFC 7616; many recorders accept nothing else): reading a challenge and computing the Authorization header. No I/O.
import { createHash, randomBytes } from 'node:crypto';
import type { Credentials } from '../domain/url.ts';

interface DigestChallenge {
  realm: string;
  nonce: string;
  opaque?: string;
  algorithm: string;
  qop?: 'auth';
}

const hashNames: Record<string, string> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' };

/** Basic credentials as a header value. */
export function basicAuthorization({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}

/** The strongest Digest challenge of a WWW-Authenticate header that we can answer, or undefined. */
export function parseDigestChallenge(header: string): DigestChallenge | undefined {
  const challenges = header
    .split(/(?:^|,\s*)(?=Digest\s)/i)
    .filter((part) => /^Digest\s/i.test(part))
    .map(readChallenge)
    .filter((challenge) => challenge !== undefined);
  const strength = Object.keys(hashNames);
  return challenges.sort((a, b) => strength.indexOf(base(b)) - strength.indexOf(base(a)))[0];
}

const base = (challenge: DigestChallenge) => challenge.algorithm.toUpperCase().replace(/-SESS$/, '');

function readChallenge(text: string): DigestChallenge | undefined {
  const fields = new Map<string, string>();
  for (const [, name, quoted, bare] of text.matchAll(/([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gi)) {
    if (name) fields.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '');
  }
  const nonce = fields.get('nonce');
  if (nonce === undefined) return undefined;
  const offered = fields.get('qop')?.split(/[\s,]+/);
  // Only auth-int is offered: it would need a hash of the body, which a GET has not.
  if (offered && !offered.includes('auth')) return undefined;
  const challenge: DigestChallenge = {
    realm: fields.get('realm') ?? '',
    nonce,
    algorithm: fields.get('algorithm') ?? 'MD5',
  };
  const opaque = fields.get('opaque');
  if (opaque !== undefined) challenge.opaque = opaque;
  if (offered) challenge.qop = 'auth';
  return base(challenge) in hashNames ? challenge : undefined;
}

export interface DigestRequest {
  challenge: DigestChallenge;
  credentials: Credentials;
  method: string;
  /** path and query exactly as they stand in the request line */
  target: string;
  /** chosen by us; given only by tests */
  clientNonce?: string;
}

const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** The Authorization header for one request; every request uses its nonce once, so the count is always 1. */
export function digestAuthorization(request: DigestRequest): string {
  const { challenge, credentials, method, target } = request;
  const hash = (text: string) =>
    createHash(hashNames[base(challenge)] ?? 'md5')
      .update(text, 'utf8')
      .digest('hex');
  const clientNonce = request.clientNonce ?? randomBytes(16).toString('hex');
  const count = '00000001';
  const { realm, nonce, qop, opaque, algorithm } = challenge;
  const secret = hash(`${credentials.user}:${realm}:${credentials.password}`);
  const key = /-sess$/i.test(algorithm) ? hash(`${secret}:${nonce}:${clientNonce}`) : secret;
  const asked = hash(`${method}:${target}`);
  const response = hash(
    qop ? `${key}:${nonce}:${count}:${clientNonce}:${qop}:${asked}` : `${key}:${nonce}:${asked}`,
  );
  const fields = [
    `username=${quote(credentials.user)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(target)}`,
    `algorithm=${algorithm}`,
    `response="${response}"`,
  ];
  if (qop) fields.push(`qop=${qop}`, `nc=${count}`);
  if (qop || /-sess$/i.test(algorithm)) fields.push(`cnonce="${clientNonce}"`);
  if (opaque !== undefined) fields.push(`opaque=${quote(opaque)}`);
  return `Digest ${fields.join(', ')}`;
}
