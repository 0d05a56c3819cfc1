// A video packet as two files that share it would both hold it.

export interface VideoPacket {
  /** Seconds of the file's own clock. */
  ptsSeconds: number;
  sizeBytes: number;
  /** Size and first bytes: equal for the same packet in two files of one container. */
  print: string;
}

/** Behind the headers of a picture these bytes already differ from picture to picture. */
export const printedBytes = 64;

/** @param head at least the first 64 bytes of the payload, or all of it */
export function packetPrint(head: Uint8Array, sizeBytes: number): string {
  const bytes = head.subarray(0, Math.min(printedBytes, sizeBytes));
  return `${sizeBytes}:${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')}`;
}
