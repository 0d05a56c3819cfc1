// The name under which a camera stands at a MediaMTX server.
import { slugOf } from './slug.ts';
import { utf8Bytes } from './utf8.ts';

/**
 * `<prefix><slug>` in the characters MediaMTX takes: every other one as `~` and two hex digits a byte. Slugs hold no `~`, so two
 * cameras never share a path.
 */
export function relayPath(prefix: string, cameraId: string): string {
  const safe = slugOf(cameraId).replace(/[^A-Za-z0-9._-]/gu, (character) =>
    utf8Bytes(character)
      .map((byte) => `~${byte.toString(16).padStart(2, '0')}`)
      .join(''),
  );
  return `${prefix}${safe}`;
}
