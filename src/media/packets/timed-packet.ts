// A packet as a demuxer gives it, in file order.

/** Seconds of the file's own clock. */
export interface TimedPacket {
  isVideo: boolean;
  ptsSeconds: number;
  dtsSeconds: number;
}
