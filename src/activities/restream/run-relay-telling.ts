// What one relay of engine ffmpeg says of itself: to Temporal by heartbeats, to the catalog, and to its workflow when its state has changed.
import type { RelayReport, RelayState } from '../../contract/restream-messages.ts';
import { isoFromMs } from '../../domain/range.ts';
import { fullBucket, spent } from '../../domain/token-bucket.ts';
import { redactUrl } from '../../domain/url.ts';
import { streamsOf } from '../../mediamtx/tracks.ts';
import type { SourceFacts } from '../../rtsp/describe.ts';
import { tellingRule } from './keep-telling.ts';
import { streamsText } from './kept-relay.ts';
import type { PublishSpec } from '../../media/relay.ts';
import type { OwnRelay } from './run-relay-own.ts';

export interface RelayTelling {
  /** The report's changing parts. */
  shown: Shown;
  /** What viewers will get. */
  begin(stream: Pick<PublishSpec, 'audio' | 'video'> & { facts: SourceFacts }): void;
  /** True when there are more pictures than before; the first one makes it live. */
  progress(frames: number): boolean;
  /** Pictures have ended. */
  enter(state: Exclude<RelayState, 'live'>, reason: string): void;
  /** Once a second: heartbeat, and whatever is due. */
  tick(): void;
}

interface Shown extends Pick<
  RelayReport,
  'video' | 'audio' | 'bitsPerSecond' | 'reason' | 'restarts' | 'viewUrl'
> {
  state: RelayState;
  sinceMs: number;
  upSinceMs?: number;
  /** Of the present run. */
  frames: number;
}

const recordMs = 15_000;
const measureMs = 10_000;

export function createTelling(own: OwnRelay, heartbeat: (progress: unknown) => void): RelayTelling {
  const { report } = own.row;
  const shown: Shown = {
    ...{ state: 'connecting', sinceMs: Date.now(), frames: 0, restarts: report?.restarts ?? 0 },
    ...(report?.reason === undefined ? {} : { reason: report.reason }),
    ...(report?.viewUrl === undefined ? {} : { viewUrl: report.viewUrl }),
  };
  let hasRun = report?.upSinceAt !== undefined;
  // Being placed was told as connecting.
  const news = createNews(own, shown);
  const rate = createRate(own, shown);
  return {
    shown,
    begin({ audio, video, facts }) {
      shown.frames = 0;
      shown.video = video === 'h264' ? { ...facts.video, codec: 'h264' } : facts.video;
      delete shown.audio;
      if (audio !== 'none' && facts.audio)
        shown.audio = { codec: audio === 'aac' ? 'aac' : facts.audio.codec };
    },
    progress(frames) {
      if (frames <= shown.frames) return false;
      shown.frames = frames;
      if (shown.state === 'live') return true;
      const nowMs = Date.now();
      if (hasRun) shown.restarts += 1;
      hasRun = true;
      Object.assign(shown, { state: 'live', sinceMs: nowMs, upSinceMs: nowMs });
      news.record();
      return true;
    },
    enter(state, reason) {
      const isNews = shown.state !== state || shown.reason !== reason;
      if (shown.state !== state) Object.assign(shown, { state, sinceMs: Date.now() });
      shown.reason = reason;
      delete shown.upSinceMs;
      delete shown.bitsPerSecond;
      if (isNews) news.record();
    },
    tick() {
      if (performance.now() <= own.vouchedUntilMs) heartbeat(heartbeatOf(shown));
      if (shown.state === 'live') rate.measure();
      news.tick();
    },
  };
}

const heartbeatOf = ({ state, frames, bitsPerSecond, restarts }: Shown): object => ({
  ...{ state, frames, restarts },
  ...(bitsPerSecond === undefined ? {} : { bitsPerSecond }),
});

/** What has changed goes to the catalog at once and to the workflow as often as its history bears; both may be away. */
function createNews(own: OwnRelay, shown: Shown) {
  const { catalog, tellRelay } = own.deps;
  let told = newsOf(shown);
  let tellings = fullBucket(tellingRule, Date.now());
  let recordedMs = -Infinity;
  const record = (): void => {
    recordedMs = performance.now();
    const report = reportOf(own, shown);
    catalog.relays.record([{ cameraId: own.cameraId, report }]).catch(() => undefined);
  };
  const tell = (): void => {
    const left = spent(tellings, tellingRule, Date.now());
    if (!left) return;
    tellings = left;
    told = newsOf(shown);
    tellRelay(own.cameraId, reportOf(own, shown)).catch(() => undefined);
  };
  return {
    record,
    tick() {
      if (newsOf(shown) !== told) tell();
      if (shown.state === 'live' && performance.now() - recordedMs >= recordMs) record();
    },
  };
}

/** A break so short that only its end is seen is news too, and so is another picture in the middle of a run. */
const newsOf = ({ state, restarts, video }: Shown): string =>
  `${state} ${restarts} ${state === 'live' && video ? streamsText({ video }) : ''}`;

function reportOf({ row, epoch }: OwnRelay, shown: Shown): RelayReport {
  const { sinceMs, upSinceMs, frames: _, ...rest } = shown;
  return {
    ...rest,
    ...{ epoch, sinceAt: isoFromMs(sinceMs), engine: 'ffmpeg', source: redactUrl(row.spec.url) },
    ...(row.server === undefined ? {} : { server: row.server }),
    ...(upSinceMs === undefined ? {} : { upSinceAt: isoFromMs(upSinceMs) }),
  };
}

/** ffmpeg does not know how much it sends over RTSP, nor that the pictures have become others; MediaMTX knows what arrives. */
function createRate({ deps, row, path, signal }: OwnRelay, shown: Shown): { measure(): void } {
  let last: { bytes: number; atMs: number } | undefined;
  let askedMs = -Infinity;
  const ask = async (): Promise<void> => {
    const control = await deps.controlOf(row.server ?? '');
    const found = await control.getPath({ name: path, signal });
    const atMs = performance.now();
    if (!found || shown.state !== 'live') return;
    const bytes = found.inboundBytes;
    if (last && bytes > last.bytes)
      shown.bitsPerSecond = Math.round(((bytes - last.bytes) * 8000) / (atMs - last.atMs));
    last = { bytes, atMs };
    const { video } = streamsOf(found.tracks);
    // Of some codecs the server knows no size: then the camera's own answer stays.
    if (video && (video.width !== undefined || video.codec !== shown.video?.codec)) shown.video = video;
  };
  return {
    measure() {
      if (performance.now() - askedMs < measureMs) return;
      askedMs = performance.now();
      // Figures for people: without the server's answer there are none.
      ask().catch(() => undefined);
    },
  };
}
