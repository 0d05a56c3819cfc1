// SHA-256 in plain arithmetic for short texts, because this room has no platform to ask; files are hashed elsewhere.

const { constants, initial } = primeFractions();

/** SHA-256 of the bytes as 64 lower-case hex digits. Source: FIPS 180-4. */
export function sha256Hex(bytes: readonly number[]): string {
  const words = paddedWords(bytes);
  const state = Int32Array.from(initial);
  const schedule = new Int32Array(64);
  for (let offset = 0; offset < words.length; offset += 16) {
    schedule.set(words.subarray(offset, offset + 16));
    compress(state, schedule);
  }
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function compress(state: Int32Array, w: Int32Array): void {
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15] ?? 0;
    const b = w[i - 2] ?? 0;
    const sigma0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
    const sigma1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
    w[i] = (w[i - 16] ?? 0) + sigma0 + (w[i - 7] ?? 0) + sigma1;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < 64; i++) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const first = (h + sum1 + ((e & f) ^ (~e & g)) + (constants[i] ?? 0) + (w[i] ?? 0)) | 0;
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const second = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, index) => (state[index] = (state[index] ?? 0) + value));
}

/** The message with its 1 bit, zeros and bit length, as big-endian words in blocks of sixteen. */
function paddedWords(bytes: readonly number[]): Int32Array {
  const words = new Int32Array((((bytes.length + 8) >> 6) + 1) * 16);
  [...bytes, 0x80].forEach((byte, index) => (words[index >> 2]! |= byte << (24 - (index & 3) * 8)));
  words[words.length - 2] = Math.floor(bytes.length / 0x20000000);
  words[words.length - 1] = bytes.length << 3;
  return words;
}

const rotate = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

/** The standard's constants: first 32 bits of the fractions of cube and square roots of the first primes. */
function primeFractions(): { constants: Int32Array; initial: Int32Array } {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  const fraction = (root: number): number => (root - Math.floor(root)) * 2 ** 32;
  return {
    constants: Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)) | 0),
    initial: Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)) | 0),
  };
}
