// Names of cameras, rooms and channels as one safe path segment.
import { sha256Hex } from './sha256.ts';
import { utf8Of } from './utf8.ts';

const maxBytes = 120;
const hashLength = 16;
const plain = /^[\p{L}\p{N}_](?:[\p{L}\p{N} ._-]*[\p{L}\p{N}_-])?$/u;
/** Names Windows keeps for devices, whatever the extension: exports land on such disks too. */
const device = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
const hashed = new RegExp(`-[0-9a-f]{${hashLength}}$`);

/**
 * One path segment for any name: 1 to 120 bytes of letters, digits, space, `.`, `_` and `-`, never a hidden file, an
 * option or a device. A name that is already so stays as it is; any other is cleaned and gets 16 hex digits of its own
 * SHA-256, so that two names never share a slug.
 */
export function slugOf(name: string): string {
  return isSlug(name) ? name : `${cleaned(name)}-${hashOf(name)}`;
}

/** True for a name that is its own slug. A name that ends like a hash is not, or it could stand for another name's slug. */
function isSlug(name: string): boolean {
  return (
    name.length <= maxBytes &&
    plain.test(name) &&
    name.normalize('NFC') === name &&
    byteLength(name) <= maxBytes &&
    !device.test(name) &&
    !hashed.test(name)
  );
}

function cleaned(name: string): string {
  const safe = name
    .slice(0, 4 * maxBytes)
    .normalize('NFC')
    .replace(/[^\p{L}\p{N} ._-]+/gu, '_')
    .replace(/^[ ._-]+/, '');
  const allowed = device.test(safe) ? `x-${safe}` : safe;
  return fitting(allowed, maxBytes - hashLength - 1).replace(/[ ._-]+$/, '') || 'x';
}

function fitting(text: string, bytes: number): string {
  let left = bytes;
  let kept = '';
  for (const character of text) {
    left -= utf8Of(character.codePointAt(0) ?? 0).length;
    if (left < 0) break;
    kept += character;
  }
  return kept;
}

function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) bytes += utf8Of(character.codePointAt(0) ?? 0).length;
  return bytes;
}

/** Over UTF-16 code units, so that texts which only differ in lone surrogates differ here too. */
function hashOf(name: string): string {
  const bytes: number[] = [];
  for (let i = 0; i < name.length; i++) bytes.push(name.charCodeAt(i) >> 8, name.charCodeAt(i) & 0xff);
  return sha256Hex(bytes).slice(0, hashLength);
}
