// Text as bytes, where the platform's encoder would hide lone surrogates or is not at hand.

/** Bytes of a code point in UTF-8; a lone surrogate takes the three bytes of its own value, so no two texts share bytes. */
export function utf8Of(codePoint: number): number[] {
  if (codePoint < 0x80) return [codePoint];
  if (codePoint < 0x800) return [0xc0 | (codePoint >> 6), tail(codePoint)];
  if (codePoint < 0x10000) return [0xe0 | (codePoint >> 12), tail(codePoint >> 6), tail(codePoint)];
  return [0xf0 | (codePoint >> 18), tail(codePoint >> 12), tail(codePoint >> 6), tail(codePoint)];
}

/** The bytes of a text in UTF-8. */
export function utf8Bytes(text: string): number[] {
  return Array.from(text, (character) => utf8Of(character.codePointAt(0) ?? 0)).flat();
}

const tail = (bits: number): number => 0x80 | (bits & 0x3f);
