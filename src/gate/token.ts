// Tokens that let one publisher onto one path once: made by whoever owns the relay, opened by the gate; both hold the key.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Fault } from '../domain/fault.ts';

export interface TokenSpec {
  /** 64 hexadecimal digits, the `gateKey` of the server's accounts. */
  key: string;
  /** MediaMTX path, without a slash in front. */
  path: string;
  /** Of the relay's owner: a whole number from 0. */
  epoch: number;
  /** Epoch milliseconds, by the clock of the gate's machine give or take what the clocks differ. */
  expiresAtMs: number;
}

export interface OpenedToken {
  /** Random; the gate remembers it until the token expires. */
  id: string;
  epoch: number;
  expiresAtMs: number;
}

/** Whole numbers in base 36, up to 2^53. */
const tokenGrammar = /^([0-9a-z]{1,11})\.([0-9a-z]{1,11})\.([\w-]{22})\.[\w-]{43}$/;

/**
 * A password for the user `relay`: `epoch.expiry.id.mac`, about 90 characters of `[A-Za-z0-9_.-]`, because MediaMTX refuses `:` and an
 * address takes no escapes. The path is signed but not in it: MediaMTX tells the gate. @throws Fault InputInvalid
 */
export function mintToken({ key, path, epoch, expiresAtMs }: TokenSpec): string {
  for (const [name, value] of Object.entries({ epoch, expiresAtMs }))
    if (!Number.isSafeInteger(value) || value < 0)
      throw new Fault('InputInvalid', `A token's ${name} is a whole number from 0, not ${value}.`);
  const head = [epoch.toString(36), expiresAtMs.toString(36), randomBytes(16).toString('base64url')].join(
    '.',
  );
  return `${head}.${macOf({ key, path, head })}`;
}

/** What the token says; undefined when it was not made with this key for this path. Expiry is the caller's question. */
export function openToken({
  key,
  path,
  token,
}: Pick<TokenSpec, 'key' | 'path'> & { token: string }): OpenedToken | undefined {
  const [, epoch, expiry, id] = tokenGrammar.exec(token) ?? [];
  if (epoch === undefined || expiry === undefined || id === undefined) return undefined;
  const cut = token.lastIndexOf('.');
  const expected = macOf({ key, path, head: token.slice(0, cut) });
  // As texts: of the last digit of Base64 two bits are free, so bytes would have several texts.
  if (!timingSafeEqual(Buffer.from(token.slice(cut + 1)), Buffer.from(expected))) return undefined;
  return { id, epoch: Number.parseInt(epoch, 36), expiresAtMs: Number.parseInt(expiry, 36) };
}

function macOf({ key, path, head }: { key: string; path: string; head: string }): string {
  if (!/^[0-9a-f]{64}$/.test(key))
    throw new Fault('ConfigInvalid', "The gate's key is not 64 hexadecimal digits.");
  return createHmac('sha256', Buffer.from(key, 'hex'))
    .update(`longtake-gate-1\n${head}\n${path}`)
    .digest('base64url');
}
