// Reads numbers bit by bit out of a parameter set of H.264 or H.265.

/** Reading behind the end gives zeros, and `isSpent` then says so: sets come from outside and may be cut anywhere. */
export interface BitReader {
  /** An unsigned number of at most 32 bits. */
  bits(count: number): number;
  flag(): boolean;
  skip(count: number): void;
  /** Unsigned Exp-Golomb, `ue(v)`; at most 2^32 - 2. */
  golomb(): number;
  /** Signed Exp-Golomb, `se(v)`. */
  signedGolomb(): number;
  /** More was read than there is. */
  isSpent(): boolean;
}

/** @param unit a NAL unit without start code; the bytes that only keep start codes out of it are passed over */
export function createBitReader(unit: Uint8Array): BitReader {
  const payload = withoutEmulationBytes(unit);
  const totalBits = payload.length * 8;
  let position = 0;

  const bit = (): number => {
    const byte = payload[position >> 3] ?? 0;
    const value = (byte >> (7 - (position & 7))) & 1;
    position += 1;
    return value;
  };

  function bits(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index += 1) value = value * 2 + bit();
    return value;
  }

  function golomb(): number {
    let zeros = 0;
    while (zeros < 32 && position <= totalBits && bit() === 0) zeros += 1;
    return 2 ** zeros - 1 + bits(zeros);
  }

  return {
    bits,
    flag: () => bit() === 1,
    skip: (count) => void (position += count),
    golomb,
    signedGolomb() {
      const code = golomb();
      return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
    },
    isSpent: () => position > totalBits,
  };
}

/** 00 00 03 stands for 00 00. */
function withoutEmulationBytes(unit: Uint8Array): Uint8Array {
  return unit.filter((byte, index) => !(byte === 3 && unit[index - 1] === 0 && unit[index - 2] === 0));
}
