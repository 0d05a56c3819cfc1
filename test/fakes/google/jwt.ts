// The signed statement by which a robot asks for a token: read, and its signature held against the robot's key.
import { verify } from 'node:crypto';
import { isObject, type Json } from './json.ts';

export interface Jwt {
  header: Json;
  claims: Json;
  signed: string;
  signature: Buffer;
}

function parsePart(part: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined for anything that is not three parts of base64url with JSON in the first two. */
export function parseJwt(text: string): Jwt | undefined {
  const [head, body, signature, ...rest] = text.split('.');
  if (head === undefined || body === undefined || signature === undefined || rest.length > 0)
    return undefined;
  const [header, claims] = [parsePart(head), parsePart(body)];
  if (header === undefined || claims === undefined) return undefined;
  return { header, claims, signed: `${head}.${body}`, signature: Buffer.from(signature, 'base64url') };
}

/** True when the holder of the key signed it with RS256. */
export const isSignedBy = (jwt: Jwt, publicKey: string): boolean =>
  jwt.header.alg === 'RS256' && verify('sha256', Buffer.from(jwt.signed), publicKey, jwt.signature);
