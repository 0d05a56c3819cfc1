// What a keeper tells: changes of state to the camera's workflow, the same and fresh figures to the catalog.
import type { RelayReport } from '../../contract/restream-messages.ts';
import { isoFromMs } from '../../domain/range.ts';
import { shownState } from '../../domain/relay-steps.ts';
import { spent } from '../../domain/token-bucket.ts';
import type { Keeping } from './keeping.ts';
import { reportOf, type KeptRelay } from './kept-relay.ts';
import { apiLanes, inLanes } from './lanes.ts';

/** A flapping camera fills no history: so many changes at once, then one a minute. */
export const tellingRule = { burst: 5, perSecond: 1 / 60 };

const recordMs = 15_000;

interface Entry {
  relay: KeptRelay;
  report: RelayReport;
}

/** Beside the rounds; while something is still being told, news gather. */
export function tell(keeping: Keeping, nowMs: number): void {
  const { kept } = keeping;
  if (keeping.telling) return;
  const isDue = nowMs - keeping.recordedMs >= recordMs;
  const news: Entry[] = [];
  const all: Entry[] = [];
  for (const relay of kept.values()) {
    const isNews = hasNews(relay);
    if (!isNews && !isDue) continue;
    const entry = { relay, report: reportOf(relay, viewUrlOf(keeping)) };
    all.push(entry);
    const tellings = isNews && spent(relay.tellings, tellingRule, nowMs);
    if (!tellings) continue;
    relay.tellings = tellings;
    relay.toldState = entry.report.state;
    relay.toldRate = entry.report.bitsPerSecond !== undefined;
    news.push(entry);
  }
  if (isDue) keeping.recordedMs = nowMs;
  if (all.length > 0) sendNext(keeping, { all, news });
}

/** Another state; and once a run its bitrate, which takes some seconds to measure. */
function hasNews({ memory, toldState, toldRate, bitsPerSecond }: KeptRelay): boolean {
  const state = shownState(memory);
  return toldState !== state || (state === 'live' && !toldRate && bitsPerSecond !== undefined);
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
  sendNext(keeping, { all, news: all });
}

const viewUrlOf = ({ spec }: Keeping): string => spec.viewUrl ?? spec.rtspUrl;

interface Sending {
  all: Entry[];
  news: Entry[];
}

/** In their order, and no round waits: the catalog or Temporal may take long to say that they are away, and pictures go on. */
function sendNext(keeping: Keeping, sending: Sending): void {
  const sent = (keeping.telling ?? Promise.resolve())
    .then(() => send(keeping, sending))
    .finally(() => {
      if (keeping.telling === sent) keeping.telling = undefined;
    });
  keeping.telling = sent;
}

async function send({ deps }: Keeping, { all, news }: Sending): Promise<void> {
  const reports = all.map(({ relay, report }) => ({ cameraId: relay.row.cameraId, report }));
  await deps.catalog.relays.record(reports).catch(() => undefined);
  await inLanes(apiLanes, news, ({ relay, report }) =>
    deps.tellRelay(relay.row.cameraId, report).catch(() => unhear(relay, report)),
  );
}

/** Its workflow does not know: told again, as often as the bucket lets. */
function unhear(relay: KeptRelay, { state }: RelayReport): void {
  if (relay.toldState === state) delete relay.toldState;
}
