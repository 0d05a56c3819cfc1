// Percent-encoding as RFC 3986 has it, stricter than the platform's.

/** Encodes everything but letters, digits and `-._~`. Lone surrogates become U+FFFD. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Percent-decoding of UTF-8; undefined when it does not decode. */
export function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
