// One resumable upload: takes pieces in order, keeps whole multiples of 256 KiB of them, and knows what it has when a line breaks.
import { open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { badRequest, ConnectionCut } from './google-error.ts';

/** Google keeps pieces in multiples of this. */
export const granuleBytes = 256 * 1024;

export interface PieceRange {
  start: number;
  end: number;
  /** undefined: `*`, not known yet */
  totalBytes: number | undefined;
}

/** `bytes 0-262143/1000000`; undefined for anything else. */
export function parsePieceRange(text: string): PieceRange | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(text);
  if (!match) return undefined;
  const totalBytes = match[3] === '*' ? undefined : Number(match[3]);
  const range = { start: Number(match[1]), end: Number(match[2]), totalBytes };
  const isOrdered = range.end >= range.start && (totalBytes === undefined || range.end < totalBytes);
  return isOrdered ? range : undefined;
}

/** What may go wrong while a piece comes in, by the test's script. */
export interface PieceFaults {
  cutAfterBytes?: number;
  commitAtMostBytes?: number;
  /** Told of every byte that comes. */
  onBytes?(bytes: number): void;
}

const tooSmall = (bytes: number) =>
  badRequest(
    `Invalid request.  The number of bytes uploaded is required to be equal or greater than ${granuleBytes}, except for the final request (it's recommended to be the exact multiple of ${granuleBytes}).  The received request contained ${bytes} bytes, which does not meet this requirement.`,
    undefined,
    'badRequest',
  );

export class UploadSession {
  readonly path: string;
  committedBytes = 0;
  #owner: IncomingMessage | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Takes one piece; a newer request ends an older one. Answers whether the whole file is here. */
  async take(request: IncomingMessage, range: PieceRange, faults: PieceFaults): Promise<boolean> {
    const isFinal = range.totalBytes !== undefined && range.end + 1 === range.totalBytes;
    const length = range.end - range.start + 1;
    if (!isFinal && length < granuleBytes) throw tooSmall(length);
    if (range.start > this.committedBytes)
      throw badRequest(
        `Invalid request.  According to the Content-Range header, the upload offset is ${range.start} byte(s), which exceeds already uploaded size of ${this.committedBytes} byte(s).`,
        undefined,
        'badRequest',
      );
    this.#owner?.destroy();
    this.#owner = request;
    const { reached, isBroken } = await this.#receive(request, range, faults);
    if (this.#owner !== request) throw new ConnectionCut();
    this.#owner = undefined;
    const isWhole = !isBroken && isFinal && reached === range.totalBytes;
    const most = range.start + (faults.commitAtMostBytes ?? Infinity);
    if (isWhole && reached <= most) this.committedBytes = reached;
    else this.#commit(Math.min(reached, most));
    if (isBroken) throw new ConnectionCut();
    return isWhole && this.committedBytes === reached;
  }

  #commit(reached: number): void {
    const whole = Math.floor(reached / granuleBytes) * granuleBytes;
    this.committedBytes = Math.max(this.committedBytes, whole);
  }

  /** Writes what is new of the piece; `reached` is the offset behind the last byte that came. */
  async #receive(
    request: IncomingMessage,
    { start, end }: PieceRange,
    { cutAfterBytes = Infinity, commitAtMostBytes = Infinity, onBytes }: PieceFaults,
  ): Promise<{ reached: number; isBroken: boolean }> {
    const file = await open(this.path, 'r+');
    let reached = start;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        if (this.#owner !== request) break;
        const piece = chunk.subarray(0, start + cutAfterBytes - reached);
        onBytes?.(piece.length);
        if (reached + piece.length > end + 1) throw badRequest('Content-Range and the body differ.');
        const skip = Math.min(piece.length, Math.max(0, this.committedBytes - reached));
        await file.write(piece, skip, piece.length - skip, reached + skip);
        reached += piece.length;
        if (reached - start >= cutAfterBytes) return { reached, isBroken: true };
        // A question that comes while the piece is on its way hears of what is safe by now.
        if (this.#owner === request) this.#commit(Math.min(reached, start + commitAtMostBytes));
      }
      return { reached, isBroken: reached !== end + 1 };
    } catch (error) {
      if (request.complete || !request.destroyed) throw error;
      return { reached, isBroken: true };
    } finally {
      await file.close();
    }
  }
}
