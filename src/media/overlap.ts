// Finds the pictures that end one file and begin the next: a recorder that starts its next file early writes them twice.
import type { ContainerName } from '../domain/gap-report.ts';
import type { Run } from '../process/run-spec.ts';
import { ffprobePackets } from './packets/ffprobe-packets.ts';
import { type FileWindow, readFileWindow, type Side } from './packets/file-window.ts';
import { flvPackets } from './packets/flv-packets.ts';
import { mp4Packets } from './packets/mp4-packets.ts';
import type { VideoPacket } from './packets/packet.ts';
import { tsPackets } from './packets/ts-packets.ts';

export interface OverlapSpec {
  before: { path: string; container: ContainerName; lastPtsSeconds: number };
  after: { path: string; container: ContainerName; firstPtsSeconds: number };
  /** How much the two should share by their wall times; decides between several places that fit, as in a picture that never changes. */
  expectedSeconds?: number;
  signal: AbortSignal;
}

export interface Overlap {
  /** Leave the file before at this presentation time: there the file after it begins. */
  previousOutPtsSeconds: number;
  /** Video packets that both hold. */
  packets: number;
}

/** Longer overlaps are not searched for. */
const windowSeconds = 30;
/** Thirty seconds at 2 Mbit/s; the window grows until it holds them. */
const firstWindowBytes = 8 * 1024 * 1024;
const mostWindowBytes = 64 * 1024 * 1024;
/** A group of pictures at 2 Mbit/s: the first few packets of a file stand in it. */
const glimpseBytes = 512 * 1024;
/** Packets of MP4 at one end: thirty seconds at 60 frames a second. */
const mp4WindowPackets = 1800;

/**
 * Packets are compared by size and first bytes, in windows at the tail of one file and the head of the other. A run of 25, or one to the
 * end of the file before, is an overlap; a chance likeness is not. Files of different containers hold packets in different forms and
 * are never compared. A cut at the first shared picture is right even when the file after does not begin with a key frame: what it
 * continues is then the same stream, packet for packet.
 */
export async function findOverlap(
  deps: { run: Run; ffprobePath: string },
  spec: OverlapSpec,
): Promise<Overlap | undefined> {
  const { before, after } = spec;
  if (before.container !== after.container) return undefined;
  const tail = await endPackets(deps, {
    ...before,
    side: 'tail',
    interval: `${Math.max(0, before.lastPtsSeconds - windowSeconds).toFixed(3)}%`,
    signal: spec.signal,
  });
  if (!(await mayContinue(after, { tail, signal: spec.signal }))) return undefined;
  const head = await endPackets(deps, {
    ...after,
    side: 'head',
    interval: `%+${windowSeconds}`,
    signal: spec.signal,
  });
  const found = matchRun({ tail, head, expectedSeconds: spec.expectedSeconds ?? 0 });
  if (!found) return undefined;
  // The first packet is decoded first but not always shown first.
  const leadSeconds = head[found.headIndex]!.ptsSeconds - after.firstPtsSeconds;
  return { previousOutPtsSeconds: tail[found.tailIndex]!.ptsSeconds - leadSeconds, packets: found.packets };
}

/** A glimpse of a file's first packets: unless one of those that a match may begin with stands in the tail, there is none to look for. */
async function mayContinue(
  after: OverlapSpec['after'],
  { tail, signal }: { tail: readonly VideoPacket[]; signal: AbortSignal },
): Promise<boolean> {
  const parse = windowParsers[after.container];
  if (!parse) return true;
  const glimpse = parse(await readFileWindow({ ...after, side: 'head', windowBytes: glimpseBytes, signal }));
  if (glimpse.length < skippedHeads) return true;
  const prints = new Set(glimpse.slice(0, skippedHeads).map((packet) => packet.print));
  return tail.some((packet) => prints.has(packet.print));
}

/** Containers that are read in windows at either end. */
const windowParsers: Partial<Record<ContainerName, (window: FileWindow) => VideoPacket[]>> = {
  flv: flvPackets,
  mpegts: tsPackets,
};

async function endPackets(
  deps: { run: Run; ffprobePath: string },
  spec: { path: string; container: ContainerName; side: Side; interval: string; signal: AbortSignal },
): Promise<VideoPacket[]> {
  const parse = windowParsers[spec.container];
  if (parse) return growingWindow(spec, parse);
  const fromTables = spec.container === 'mp4' ? mp4Packets({ ...spec, count: mp4WindowPackets }) : undefined;
  return fromTables ?? ffprobePackets(deps, spec);
}

async function growingWindow(
  spec: { path: string; side: Side; signal: AbortSignal },
  parse: (window: FileWindow) => VideoPacket[],
): Promise<VideoPacket[]> {
  for (let windowBytes = firstWindowBytes; ; windowBytes *= 2) {
    const window = await readFileWindow({ ...spec, windowBytes });
    const packets = parse(window);
    if (window.isWhole || windowBytes >= mostWindowBytes || lengthOf(packets) >= windowSeconds)
      return packets;
  }
}

const lengthOf = (packets: readonly VideoPacket[]): number =>
  (packets.at(-1)?.ptsSeconds ?? 0) - (packets[0]?.ptsSeconds ?? 0);

/** A run this long is no chance. */
const sureRun = 25;
/** The first packets of a file may have got parameter sets in front; the next one then tells the place. */
const skippedHeads = 3;
/** One packet alone is proof only when it is a whole picture rather than "nothing changed". */
const tellingBytes = 512;

interface Place {
  tailIndex: number;
  headIndex: number;
  packets: number;
}

/**
 * Where the head continues inside the tail. With several places (a picture that repeats itself) the one nearest to what is expected
 * counts, and no overlap at all is one of them.
 */
export function matchRun(spec: {
  tail: readonly Pick<VideoPacket, 'print' | 'sizeBytes' | 'ptsSeconds'>[];
  head: readonly Pick<VideoPacket, 'print' | 'sizeBytes' | 'ptsSeconds'>[];
  expectedSeconds: number;
}): Place | undefined {
  const { tail, head } = spec;
  for (let headIndex = 0; headIndex < Math.min(skippedHeads, head.length); headIndex++) {
    const places: Place[] = [];
    for (let tailIndex = headIndex; tailIndex < tail.length; tailIndex++) {
      const packets = runLength(spec, tailIndex, headIndex);
      if (isProof(spec, { tailIndex, headIndex, packets })) places.push({ tailIndex, headIndex, packets });
    }
    if (places.length > 1) return nearest(spec, places);
    if (places[0]) return atStart(places[0], headIndex);
  }
  return undefined;
}

/** A place found by a later packet is moved back to where the head's first packet belongs. */
const atStart = (place: Place, skipped: number): Place => ({
  tailIndex: place.tailIndex - skipped,
  headIndex: 0,
  packets: place.packets + skipped,
});

function runLength(spec: Parameters<typeof matchRun>[0], tailIndex: number, headIndex: number): number {
  const { tail, head } = spec;
  const most = Math.min(tail.length - tailIndex, head.length - headIndex);
  let length = 0;
  while (length < most && tail[tailIndex + length]!.print === head[headIndex + length]!.print) length++;
  return length;
}

function isProof(spec: Parameters<typeof matchRun>[0], place: Place): boolean {
  const { tail } = spec;
  if (place.packets >= sureRun) return true;
  // The last packet of a file may be cut.
  const reachesEnd = place.tailIndex + place.packets >= tail.length - 1;
  if (!reachesEnd || place.packets === 0) return false;
  return place.packets > 1 || tail[place.tailIndex]!.sizeBytes >= tellingBytes;
}

function nearest(spec: Parameters<typeof matchRun>[0], places: readonly Place[]): Place | undefined {
  const endSeconds = spec.tail.at(-1)!.ptsSeconds;
  const missBy = (place: Place): number =>
    Math.abs(endSeconds - spec.tail[place.tailIndex]!.ptsSeconds - spec.expectedSeconds);
  const best = places.reduce((chosen, place) => (missBy(place) < missBy(chosen) ? place : chosen));
  if (missBy(best) >= Math.abs(spec.expectedSeconds)) return undefined;
  return atStart(best, best.headIndex);
}
