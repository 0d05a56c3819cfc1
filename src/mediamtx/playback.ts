/**
 * Recordings of a MediaMTX playback server: which spans exist, and one file per span.
 *
 * Measured with v1.20.1, and held fast in test/mediamtx/playback.test.ts:
 * - `/list?path&start&end` gives one entry per uninterrupted span, cut to start and end; `start` is RFC 3339 with microseconds,
 *   `duration` seconds. Nothing in the range is a 404 with an error document; a path that never recorded is a 400 that names the absent
 *   directory. Both are an explicit "none".
 * - `/get?path&start&duration&format=mp4` serves one span only: asked across an interruption it ends there with status 200. A span's own
 *   start gives a key frame at presentation time 0. A start inside a span is preceded by the frames since the key frame before it, at
 *   negative times behind an edit list that begins exactly at the asked start; ffmpeg then puts the first frame shown at 0, so that 0 is
 *   up to a frame later than asked (`startMs` of the fetched span is exact). Frames up to start + duration come, by decoding time.
 * - The duration that `/list` tells comes from the clock and may be some frames shorter than the pictures; so `/get` is asked up to the
 *   end of the range and lets the interruption end it.
 * - Wall time is the server's: the arrival of the first frame of the recording file in which the asked start lies, from there on the
 *   stream's own clock. A span made of several recording files has one such anchor in each, and they may differ: 80 ms were seen between
 *   the first and the second after a publisher began with a burst; a steady publisher gives some milliseconds.
 * - A start only 0.7 ms before a span finds the recording before it and answers 404: the exact text of `/list` must be sent back.
 * - A span of 30 ms answers 404 as often as not; one of 200 ms gives its frames.
 * - With B-frames every key frame but the first stands early by the reordering delay (two frames share a time, the next gap is two frames
 *   long). `format=fmp4` has it right, but gives the frames before the start no time at all, so it is not used.
 * - The answer has no length and no ETag, takes no Range, and a failure in the middle ends it like a success: the file is checked here.
 */
import { z } from 'zod';
import { Fault } from '../domain/fault.ts';
import { intersect, isoFromMs, type MsRange } from '../domain/range.ts';
import type { Credentials } from '../domain/url.ts';
import { errorTextOf, readAnswer } from './answers.ts';
import type { HttpSource } from './http-source.ts';
import { readSpanFile } from './span-file.ts';

/** An uninterrupted recording inside the asked range; whole milliseconds that the recording covers fully. */
export interface Span extends MsRange {
  /** The exact start as the server names it, to be sent back; at most a millisecond before startMs. */
  startAt: string;
  /** Up to where `/get` is asked, epoch milliseconds: the end of the range. */
  untilMs: number;
}

export interface PlaybackSpec {
  /** `http://host:port` of the playback server, without a path. */
  baseUrl: string;
  /** Sent as Basic. */
  credentials?: Credentials;
  downloader: HttpSource;
}

export interface ListAsk extends MsRange {
  path: string;
  signal: AbortSignal;
}

export interface FetchSpanAsk {
  path: string;
  span: Span;
  toPath: string;
  signal: AbortSignal;
  onBytes?: (writtenBytes: number) => void;
  onWaiting?: () => void;
}

export interface FetchedSpan {
  sizeBytes: number;
  sha256: string;
  /**
   * Wall time (epoch milliseconds, with a fraction) of the file's presentation time 0 as ffmpeg counts. Frames before it have negative
   * times; they are there so that the first picture can be decoded.
   */
  startMs: number;
}

export interface Playback {
  /** Spans inside the range, in order; empty when the server says that it recorded nothing there. */
  list(ask: ListAsk): Promise<Span[]>;
  /** One span as a plain MP4. */
  fetchSpan(ask: FetchSpanAsk): Promise<FetchedSpan>;
}

/** Shorter spans hold one frame or none; a `/get` for them is as likely answered by 404. */
const shortestSpanMs = 50;

const listSchema = z.array(z.object({ start: z.string(), duration: z.number() }));

/**
 * Wall time (epoch milliseconds, with a fraction) of the instant that `/get` is asked for. Presentation time 0 of the file lies there, or,
 * when it falls between two frames, less than a frame later: `fetchSpan` tells exactly.
 */
export function spanFileStartMs(span: Span): number {
  return microsecondsOf(span.startAt) / 1000;
}

/** Microseconds since the epoch; Date.parse alone would drop everything below a millisecond. */
function microsecondsOf(instant: string): number {
  const match = /^(.*T\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(instant);
  const wholeMs = match ? Date.parse(`${match[1]}${match[3]}`) : Number.NaN;
  if (Number.isNaN(wholeMs))
    throw new Fault('SourceUnreachable', `MediaMTX names a start that is no instant: ${instant}.`);
  return wholeMs * 1000 + Number((match?.[2] ?? '').padEnd(6, '0').slice(0, 6));
}

/** What of one listed span lies in the range; undefined when too little does. */
export function spanOf(entry: { start: string; duration: number }, range: MsRange): Span | undefined {
  const startUs = microsecondsOf(entry.start);
  const endUs = startUs + Math.floor(entry.duration * 1e6 + 0.5);
  const inside = intersect({ startMs: Math.ceil(startUs / 1000), endMs: Math.floor(endUs / 1000) }, range);
  if (!inside || inside.endMs - inside.startMs < shortestSpanMs) return undefined;
  const isCut = inside.startMs > Math.ceil(startUs / 1000);
  return { ...inside, startAt: isCut ? isoFromMs(inside.startMs) : entry.start, untilMs: range.endMs };
}

export function createPlayback({ baseUrl, credentials, downloader }: PlaybackSpec): Playback {
  const address = (command: string, query: Record<string, string>) =>
    `${baseUrl.replace(/\/*$/, '')}/${command}?${new URLSearchParams(query).toString()}`;

  async function list({ path, startMs, endMs, signal }: ListAsk): Promise<Span[]> {
    const url = address('list', { path, start: isoFromMs(startMs), end: isoFromMs(endMs) });
    const document = await downloader.fetchText({ url, credentials, signal });
    if (saysNone(document.status, errorTextOf(document))) return [];
    const spans = readAnswer(document, listSchema).map((entry) => spanOf(entry, { startMs, endMs }));
    return spans.filter((span) => span !== undefined).sort((a, b) => a.startMs - b.startMs);
  }

  async function fetchSpan({ path, span, toPath, ...rest }: FetchSpanAsk) {
    const seconds = (span.untilMs - spanFileStartMs(span)) / 1000;
    const query = { path, start: span.startAt, duration: seconds.toFixed(6), format: 'mp4' };
    const url = address('get', query);
    const { sizeBytes, sha256 } = await downloader.download({ url, credentials, toPath, ...rest });
    const { zeroAfterStartSeconds } = await readSpanFile(toPath);
    return { sizeBytes, sha256, startMs: spanFileStartMs(span) + zeroAfterStartSeconds * 1000 };
  }

  return { list, fetchSpan };
}

/** Only MediaMTX's own words count: a 404 of something else at that address proves nothing about recordings. */
function saysNone(status: number, error: string | undefined): boolean {
  if (error === undefined) return false;
  return (
    (status === 404 && error.includes('no recording segments found')) ||
    (status === 400 && error.endsWith('no such file or directory'))
  );
}
