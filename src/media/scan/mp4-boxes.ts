// Walks the boxes of ISO base media files (ISO 14496-12, 4.2) without trusting a single size.
import type { ByteWindow } from './byte-source.ts';

export interface Box {
  type: string;
  /** File positions: the box, its contents, the byte behind it. */
  start: number;
  body: number;
  end: number;
}

/** Boxes between two file positions. A box that reaches beyond `end` comes last, with its own end: the caller sees that it is cut. */
export function* boxesIn(window: ByteWindow, start: number, end: number): Generator<Box> {
  let position = start;
  while (position + 8 <= end) {
    const box = boxAt(window, position, end);
    if (!box) return;
    yield box;
    position = box.end;
  }
}

function boxAt(window: ByteWindow, position: number, limit: number): Box | undefined {
  let at = window.ensure(position, 8);
  if (at < 0) return undefined;
  const size32 = window.bytes.readUInt32BE(at);
  const type = window.bytes.toString('latin1', at + 4, at + 8);
  let header = 8;
  let size = size32;
  if (size32 === 0) size = limit - position;
  if (size32 === 1) {
    header = 16;
    at = window.ensure(position, header);
    if (at < 0) return undefined;
    size = Number(window.bytes.readBigUInt64BE(at + 8));
  }
  if (size < header || !Number.isSafeInteger(position + size)) return undefined;
  return { type, start: position, body: position + header, end: position + size };
}

/** Reads numbers from a box and answers 0 beyond its end, so that a short box cannot read its neighbour. */
export class BoxReader {
  readonly #window: ByteWindow;
  readonly #end: number;
  position: number;

  constructor(window: ByteWindow, box: Box) {
    this.#window = window;
    this.#end = Math.min(box.end, window.source.sizeBytes);
    this.position = box.body;
  }

  get remaining(): number {
    return this.#end - this.position;
  }

  u32(): number {
    const at = this.#take(4);
    return at < 0 ? 0 : this.#window.bytes.readUInt32BE(at);
  }

  i32(): number {
    return this.u32() | 0;
  }

  u64(): number {
    const at = this.#take(8);
    return at < 0 ? 0 : Number(this.#window.bytes.readBigUInt64BE(at));
  }

  i64(): number {
    const at = this.#take(8);
    return at < 0 ? 0 : Number(this.#window.bytes.readBigInt64BE(at));
  }

  skip(bytes: number): void {
    this.position += bytes;
  }

  #take(bytes: number): number {
    const position = this.position;
    this.position += bytes;
    return this.position > this.#end ? -1 : this.#window.ensure(position, bytes);
  }
}
