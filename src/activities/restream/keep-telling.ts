// What a keeper tells: changes of state to the camera's workflow, the same and fresh figures to the catalog.
import type { RelayReport } from '../../contract/restream-messages.ts';
import { isoFromMs } from '../../domain/range.ts';
import { shownState } from '../../domain/relay-steps.ts';
import { spent } from '../../domain/token-bucket.ts';
import type { Keeping } from './keeping.ts';
import { reportOf, streamsText, type KeptRelay } from './kept-relay.ts';
import { apiLanes, inLanes } from './lanes.ts';

/** A flapping camera fills no history: so many changes at once, then one a minute. */
export const tellingRule = { burst: 5, perSecond: 1 / 60 };

const recordMs = 15_000;

interface Entry {
  relay: KeptRelay;
  report: RelayReport;
}

/** Beside the rounds. A Temporal that is away keeps no figure from the catalog, nor the other way round: what waits is said with the next round. */
export function tell(keeping: Keeping, nowMs: number): void {
  const isDue = nowMs - keeping.recordedMs >= recordMs;
  // Paths come first: what is told costs Temporal about as much as a path costs MediaMTX, and most of it is soon old.
  const mayTell = !keeping.telling && (isDue || keeping.turns.waiting() === 0);
  const news: Entry[] = [];
  const all: Entry[] = [];
  for (const relay of keeping.kept.values()) {
    const isNews = hasNews(relay);
    if (!isNews && !isDue) continue;
    const entry = { relay, report: reportOf(relay, viewUrlOf(keeping)) };
    all.push(entry);
    const tellings = isNews && mayTell && spent(relay.tellings, tellingRule, nowMs);
    if (!tellings) continue;
    relay.tellings = tellings;
    relay.toldState = entry.report.state;
    relay.toldStreams = streamsText(relay.streams);
    relay.toldRate = entry.report.bitsPerSecond !== undefined;
    news.push(entry);
  }
  // What finds no turn is due with the next round.
  if (keeping.recording) keeping.recordedMs = -Infinity;
  else if (isDue) keeping.recordedMs = nowMs;
  if (all.length > 0 && !keeping.recording) record(keeping, all);
  if (news.length > 0) sayNext(keeping, news);
}

function record(keeping: Keeping, all: readonly Entry[]): void {
  const reports = all.map(({ relay, report }) => ({ cameraId: relay.row.cameraId, report }));
  const written = (keeping.recording ?? Promise.resolve())
    .then(() => keeping.deps.catalog.relays.record(reports))
    .catch(() => undefined)
    .finally(() => {
      if (keeping.recording === written) keeping.recording = undefined;
    });
  keeping.recording = written;
}

/** Another state; another codec or size in the middle of a run; and once a run its bitrate, which takes some seconds to measure. */
function hasNews({ memory, streams, toldState, toldStreams, toldRate, bitsPerSecond }: KeptRelay): boolean {
  const state = shownState(memory);
  if (toldState !== state) return true;
  return (
    state === 'live' && ((!toldRate && bitsPerSecond !== undefined) || toldStreams !== streamsText(streams))
  );
}

/** These were taken down because all relays are paused. */
export function tellPaused(keeping: Keeping, relays: readonly KeptRelay[], nowMs: number): void {
  const viewUrl = viewUrlOf(keeping);
  const all = relays.map((relay): Entry => {
    const { bitsPerSecond: _, upSinceAt: __, ...report } = reportOf(relay, viewUrl);
    return {
      relay,
      report: { ...report, state: 'stopped', sinceAt: isoFromMs(nowMs), reason: 'All relays are paused.' },
    };
  });
  record(keeping, all);
  sayNext(keeping, all);
}

const viewUrlOf = ({ spec }: Keeping): string => spec.viewUrl ?? spec.rtspUrl;

/** In their order, and no round waits: Temporal may take long to say that it is away, and pictures go on. */
function sayNext(keeping: Keeping, news: readonly Entry[]): void {
  const said = (keeping.telling ?? Promise.resolve())
    .then(() => say(keeping, news))
    .finally(() => {
      if (keeping.telling === said) keeping.telling = undefined;
    });
  keeping.telling = said;
}

const say = ({ deps }: Keeping, news: readonly Entry[]): Promise<void> =>
  inLanes(apiLanes, news, ({ relay, report }) =>
    deps.tellRelay(relay.row.cameraId, report).catch(() => unhear(relay, report)),
  );

/** Its workflow does not know: told again, as often as the bucket lets. */
function unhear(relay: KeptRelay, { state }: RelayReport): void {
  if (relay.toldState === state) delete relay.toldState;
}
