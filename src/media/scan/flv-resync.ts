// Finds the next whole tag of an FLV file behind a broken place.
import type { ByteWindow } from './byte-source.ts';
import { tagHeaderBytes } from './flv-tag.ts';

/** Candidates that we look at behind one broken place before giving up: hostile bytes must not cost a read each for ever. */
const maxCandidates = 200_000;

/** Position of the first tag at or after `from` whose trailing length agrees (or that ends the file), -1 when there is none. */
export function findNextTag(window: ByteWindow, from: number): number {
  const { sizeBytes } = window.source;
  let candidates = 0;
  let position = from;
  while (position + tagHeaderBytes <= sizeBytes && candidates < maxCandidates) {
    const at = window.ensure(position, tagHeaderBytes);
    if (at < 0) return -1;
    const found = nextHead(window, at);
    const candidate = window.start + found.index;
    if (!found.hit) {
      position = candidate;
      continue;
    }
    candidates++;
    if (endsWell(window, candidate, found.size)) return candidate;
    position = candidate + 1;
  }
  return -1;
}

/** The next place in the window that looks like the head of a tag; without a hit, where the next search has to begin. */
function nextHead(window: ByteWindow, at: number): { hit: boolean; index: number; size: number } {
  const { bytes, length } = window;
  for (let index = at; index + tagHeaderBytes <= length; index++) {
    const type = bytes[index]!;
    if (type !== 9 && type !== 8 && type !== 18) continue;
    if (bytes[index + 8] !== 0 || bytes[index + 9] !== 0 || bytes[index + 10] !== 0) continue;
    const size = (bytes[index + 1]! << 16) | (bytes[index + 2]! << 8) | bytes[index + 3]!;
    if (size > 0) return { hit: true, index, size };
  }
  return { hit: false, index: Math.max(at + 1, length - tagHeaderBytes + 1), size: 0 };
}

function endsWell(window: ByteWindow, position: number, size: number): boolean {
  const end = position + tagHeaderBytes + size;
  if (end + 4 > window.source.sizeBytes) return false;
  if (end + 4 <= window.start + window.length)
    return window.bytes.readUInt32BE(end - window.start) === size + tagHeaderBytes;
  return window.copy(end, 4).readUInt32BE(0) === size + tagHeaderBytes;
}
