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
  cameraId: string;
  report: RelayReport;
}

export async function tell(keeping: Keeping, nowMs: number): Promise<void> {
  const { kept } = keeping;
  const isDue = nowMs - keeping.recordedMs >= recordMs;
  const news: Entry[] = [];
  const all: Entry[] = [];
  for (const relay of kept.values()) {
    const isNews = relay.toldState !== shownState(relay.memory);
    if (!isNews && !isDue) continue;
    const entry = { cameraId: relay.row.cameraId, report: reportOf(relay, viewUrlOf(keeping)) };
    all.push(entry);
    const tellings = isNews && spent(relay.tellings, tellingRule, nowMs);
    if (!tellings) continue;
    relay.tellings = tellings;
    relay.toldState = entry.report.state;
    news.push(entry);
  }
  if (isDue) keeping.recordedMs = nowMs;
  await send(keeping, { all, news });
}

/** These were taken down because all relays are paused. */
export async function tellPaused(
  keeping: Keeping,
  relays: readonly KeptRelay[],
  nowMs: number,
): Promise<void> {
  const viewUrl = viewUrlOf(keeping);
  const all = relays.map((relay): Entry => {
    const { bitsPerSecond: _, upSinceAt: __, ...report } = reportOf(relay, viewUrl);
    return {
      cameraId: relay.row.cameraId,
      report: { ...report, state: 'stopped', sinceAt: isoFromMs(nowMs), reason: 'All relays are paused.' },
    };
  });
  await send(keeping, { all, news: all });
}

const viewUrlOf = ({ spec }: Keeping): string => spec.viewUrl ?? spec.rtspUrl;

/** The catalog or Temporal may be away: pictures go on, and the next change is told again. */
async function send({ deps }: Keeping, { all, news }: { all: Entry[]; news: Entry[] }): Promise<void> {
  if (all.length > 0) await deps.catalog.relays.record(all).catch(() => undefined);
  await inLanes(apiLanes, news, ({ cameraId, report }) =>
    deps.tellRelay(cameraId, report).catch(() => undefined),
  );
}
