// Where published files stand below the media root, and what they are called; the only builder of these names.
import type { SegmentKey } from './segment.ts';
import { segmentStem } from './segment.ts';
import { slugOf } from './slug.ts';
import type { LocalWindow } from './window.ts';
import { windowLabel } from './window.ts';

export interface MergedKey {
  cameraId: string;
  /** YYYY-MM-DD */
  date: string;
  window: LocalWindow;
  /** from 1; only when a camera-day has several parts */
  part?: number;
  /** `mp4` unless given */
  extension?: string;
}

/** `<camera>-<date>-<HHMM>-<HHMM>[.partN].mp4`: the window is part of the name, so that no plan overwrites its neighbour. */
export function mergedName(key: MergedKey): string {
  const part = key.part === undefined ? '' : `.part${key.part}`;
  return `${slugOf(key.cameraId)}-${key.date}-${windowLabel(key.window)}${part}.${key.extension ?? 'mp4'}`;
}

/** `merged/<camera>/<name>`, relative to the media root. */
export const mergedPath = (key: MergedKey): string => `merged/${slugOf(key.cameraId)}/${mergedName(key)}`;

/** `downloaded/<camera>/<stem>.<extension>`, relative to the media root. */
export function segmentPath(key: SegmentKey, extension: string): string {
  return `downloaded/${slugOf(key.cameraId)}/${segmentStem(key)}.${extension}`;
}

/** The gap report beside a segment file. */
export const gapReportPath = (mediaPath: string): string => `${mediaPath}.gapreport.json`;

/** The coverage document beside a merged file; with several parts it stands beside the first. */
export const coveragePath = (mediaPath: string): string => `${mediaPath}.coverage.json`;

/** A camera-day as one path segment, unique in its plan: part of workflow ids and of work directory names. */
export const cameraDaySlug = (cameraId: string, date: string): string => `${slugOf(cameraId)}-${date}`;
