// The boxes of an MP4 as MediaMTX writes it, as far as time needs them; reading frames is the media room's matter.

export interface Box {
  type: string;
  /** Where the payload begins and the box ends, in the buffer or file it was found in. */
  start: number;
  end: number;
}

/**
 * The header at `position`; undefined when it does not fit a box that ends at `limit` or before.
 * @param header 16 bytes from `position` on, fewer at the end of the file
 */
export function boxAt(header: Buffer, position: number, limit: number): Box | undefined {
  if (header.length < 8) return undefined;
  const shortSize = header.readUInt32BE(0);
  // 1: a 64-bit size follows; 0: up to the limit.
  const isLong = shortSize === 1;
  if (isLong && header.length < 16) return undefined;
  const size = isLong ? Number(header.readBigUInt64BE(8)) : shortSize || limit - position;
  const headerBytes = isLong ? 16 : 8;
  if (size < headerBytes || position + size > limit) return undefined;
  return { type: header.toString('latin1', 4, 8), start: position + headerBytes, end: position + size };
}

/** The boxes inside a part of a buffer. */
export function boxesIn(buffer: Buffer, { start, end }: Pick<Box, 'start' | 'end'>): Box[] {
  const boxes: Box[] = [];
  for (let position = start; position < end;) {
    const box = boxAt(buffer.subarray(position, Math.min(position + 16, end)), position, end);
    if (!box) break;
    boxes.push(box);
    position = box.end;
  }
  return boxes;
}

/** The first box at the end of a path of types, for example `mdia`, `mdhd`. */
export function boxBelow(
  buffer: Buffer,
  parent: Pick<Box, 'start' | 'end'>,
  ...types: string[]
): Box | undefined {
  let found: Pick<Box, 'start' | 'end'> | undefined = parent;
  for (const type of types) found = found && boxesIn(buffer, found).find((box) => box.type === type);
  return found as Box | undefined;
}
