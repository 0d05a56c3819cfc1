// Seals a small secret with AES-256-GCM, bound to the place where it is stored: moved to another row, it does not open.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SealingKey } from './key-file.ts';

const cipherName = 'aes-256-gcm';
const ivBytes = 12;
const authTagLength = 16;

const aad = (place: string, key: SealingKey): Buffer => Buffer.from(`longtake|${key.id}|${place}`);

/** Base64 of random IV, ciphertext and tag. */
export function seal({ key, place, text }: { key: SealingKey; place: string; text: string }): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(cipherName, key.key, iv, { authTagLength }).setAAD(aad(place, key));
  return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
    'base64',
  );
}

/** The text again; undefined when it was sealed with another key, for another place, or was changed. */
export function unseal({
  key,
  place,
  sealed,
}: {
  key: SealingKey;
  place: string;
  sealed: string;
}): string | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < ivBytes + authTagLength) return undefined;
  const decipher = createDecipheriv(cipherName, key.key, bytes.subarray(0, ivBytes), { authTagLength });
  decipher.setAAD(aad(place, key)).setAuthTag(bytes.subarray(-authTagLength));
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(ivBytes, -authTagLength)), decipher.final()]);
    return text.toString('utf8');
  } catch {
    return undefined;
  }
}
