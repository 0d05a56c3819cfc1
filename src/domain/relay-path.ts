// The name under which a camera stands at a MediaMTX server.
import { sha256Hex } from './sha256.ts';
import { slugOf } from './slug.ts';
import { utf8Bytes } from './utf8.ts';

/** Paths of relays begin so unless the configuration says otherwise. */
export const relayPathPrefix = 'cam/';

const hashLength = 16;

/**
 * `<prefix><slug>`. MediaMTX takes ASCII letters, digits, `.`, `_` and `-`: a slug with anything else is cleaned and gets 16 hex digits of
 * its SHA-256, so that two cameras never share a path.
 */
export function relayPath(prefix: string, cameraId: string): string {
  const slug = slugOf(cameraId);
  const plain = slug.replace(/[^A-Za-z0-9._-]+/gu, '_');
  if (plain === slug) return `${prefix}${slug}`;
  return `${prefix}${plain}-${sha256Hex(utf8Bytes(slug)).slice(0, hashLength)}`;
}
