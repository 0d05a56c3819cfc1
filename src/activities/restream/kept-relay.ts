// One pulled relay in a keeper's hands: its row, its secret address, what is remembered of it, and what it last told.
import type { RelayRow } from '../../catalog/relay-types.ts';
import type { RelayReport } from '../../contract/restream-messages.ts';
import { isoFromMs } from '../../domain/range.ts';
import { shownState, type RelayMemory } from '../../domain/relay-steps.ts';
import type { Bucket } from '../../domain/token-bucket.ts';
import { redactUrl } from '../../domain/url.ts';
import type { PathState } from '../../mediamtx/control.ts';
import { streamsOf, type PathStreams } from '../../mediamtx/tracks.ts';

export interface KeptRelay {
  row: RelayRow;
  /** Name of its path at the server. */
  path: string;
  /** With credentials: secret. */
  source: string;
  /** Of an rtsps camera, as its last probe saw it. */
  certificateSha256?: string;
  /** Host of the source, for the budget of connections. */
  host: string;
  /** Network that it comes back with. */
  neighbourhood: string;
  memory: RelayMemory;
  /** A probe or a call of the Control API is under way. */
  busy: boolean;
  /** Its path is to be removed, and waits for its turn. */
  isLeaving: boolean;
  streams: PathStreams;
  /** Bytes and instant from which the bitrate is reckoned. */
  measured: { bytes: number; atMs: number };
  bitsPerSecond?: number;
  /** The state its workflow knows of. */
  toldState?: RelayReport['state'];
  /** The streams it knows of, as `streamsText` has them. */
  toldStreams?: string;
  /** It knows the bitrate of this run too. */
  toldRate: boolean;
  /** How many more changes of state may be told now. */
  tellings: Bucket;
}

/** Equal for equal streams. */
export const streamsText = ({ video, audio }: PathStreams): string =>
  [video?.codec, video?.width, video?.height, audio?.codec].join(' ');

/** Figures of a path that delivers. */
export function measure(kept: KeptRelay, seen: PathState, nowMs: number): void {
  const { measured, memory } = kept;
  const streams = streamsOf(seen.tracks);
  if (streams.video) kept.streams = streams;
  if (memory.upSinceMs === nowMs) {
    delete kept.bitsPerSecond;
    kept.toldRate = false;
    kept.measured = { bytes: seen.inboundBytes, atMs: nowMs };
    return;
  }
  const grownBytes = seen.inboundBytes - measured.bytes;
  const passedMs = nowMs - measured.atMs;
  if (grownBytes >= 0 && passedMs < 5_000) return;
  if (grownBytes >= 0) kept.bitsPerSecond = Math.round((grownBytes * 8000) / passedMs);
  kept.measured = { bytes: seen.inboundBytes, atMs: nowMs };
}

export function reportOf(kept: KeptRelay, viewUrl: string): RelayReport {
  const { row, memory } = kept;
  const state = shownState(memory);
  const isUp = memory.upSinceMs !== undefined;
  return {
    epoch: row.epoch,
    state,
    sinceAt: isoFromMs(memory.sinceMs),
    engine: 'pull',
    ...(row.server === undefined ? {} : { server: row.server }),
    viewUrl: `${viewUrl}/${kept.path}`,
    source: redactUrl(row.spec.url),
    ...kept.streams,
    ...(isUp && kept.bitsPerSecond !== undefined ? { bitsPerSecond: kept.bitsPerSecond } : {}),
    ...(isUp ? { upSinceAt: isoFromMs(memory.upSinceMs!) } : {}),
    restarts: memory.restarts,
    ...(memory.reason === undefined ? {} : { reason: memory.reason }),
  };
}
