// Seals a value of a row and opens it again, bound to the table, the row and the field it stands in.
import { Fault } from '../domain/fault.ts';
import type { SealingKey } from './key-file.ts';
import type { Keyring } from './keyring.ts';
import { seal, unseal } from './sealing.ts';

/** Where a value is stored, `table|name|field`. */
export type Place = string;

export interface SealedValue {
  keyId: string;
  sealed: string;
}

/** The columns of a value, which is written as JSON. */
export function sealValue({
  key,
  place,
  value,
}: {
  key: SealingKey;
  place: Place;
  value: unknown;
}): SealedValue {
  return { keyId: key.id, sealed: seal({ key, place, text: JSON.stringify(value) }) };
}

/** The value again. @param what names it in the message, in the plural @throws Fault ConfigInvalid when it does not open */
export async function openValue<T>({
  keyring,
  place,
  what,
  keyId,
  sealed,
}: SealedValue & { keyring: Keyring; place: Place; what: string }): Promise<T> {
  const key = await keyring.forOpening(keyId);
  const text = unseal({ key, place, sealed });
  if (text === undefined) throw new Fault('ConfigInvalid', `${what} do not open; store them again.`);
  return JSON.parse(text) as T;
}
