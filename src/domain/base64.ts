// Base64 of short byte strings, and how a text looks inside the Base64 of a longer one.

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 without padding. */
export function base64Of(bytes: readonly number[]): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.slice(i, i + 3);
    const word = (a << 16) | (b << 8) | c;
    for (const shift of [18, 12, 6, 0]) text += alphabet[(word >> shift) & 63];
  }
  const short = (3 - (bytes.length % 3)) % 3;
  return short === 0 ? text : text.slice(0, -short);
}

/**
 * The three digit strings, one of which stands in any Base64 that holds these bytes somewhere: what each of the three
 * alignments fixes, without the digits at the edges that depend on the neighbours.
 */
export function base64Cores(bytes: readonly number[]): string[] {
  return [0, 1, 2].map((offset) => {
    const digits = base64Of([...Array.from({ length: offset }, () => 0), ...bytes]);
    const firstWhole = Math.ceil((offset * 8) / 6);
    return digits.slice(firstWhole, Math.floor(((offset + bytes.length) * 8) / 6));
  });
}
