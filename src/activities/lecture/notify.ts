// Tells the webhooks of a room about a lecture: each once a revision, and none at the expense of another or of the lecture.
import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { Catalog } from '../../catalog/catalog.ts';
import type { LectureRow, WebhookRow } from '../../catalog/lecture-types.ts';
import { failures } from '../../contract/failures.ts';
import { Fault, isFault } from '../../domain/fault.ts';
import type { WebhookNews } from '../../webhook/webhook-message.ts';
import type { Webhooks } from '../../webhook/webhooks.ts';
import { ownHeartbeat } from '../own-heartbeat.ts';
import { createVouching } from '../vouching.ts';
import { newsOf } from './notify-news.ts';
import type { LectureNews } from './types.ts';

export interface NotifyDeps {
  catalog: Pick<Catalog, 'rooms' | 'lectures' | 'publications' | 'webhooks' | 'cameras'>;
  lecture: { webhooks: Webhooks };
}

export interface NotifyRequest {
  lectureId: string;
  news: LectureNews;
  reason?: string;
}

/** A webhook that is still out of reach then has not heard; the lecture goes on. */
const mostTries = 5;
/** The lecture does not wait longer for one of its webhooks between two tries. */
const longestWaitSeconds = 60;
/** All of them at once, each with its own time limit below this. */
const roundSeconds = 600;

/** Ends well whatever webhooks do, once they have been tried often enough; what they did stands among the publications. */
export async function notifyLecture(deps: NotifyDeps, request: NotifyRequest): Promise<void> {
  const { catalog } = deps;
  const row = await catalog.lectures.require(request.lectureId);
  const webhooks = (await catalog.webhooks.list()).filter((webhook) => wants(webhook, row, request.news));
  if (webhooks.length === 0) return;
  const vouching = createVouching(ownHeartbeat());
  vouching.until(roundSeconds, { webhooks: webhooks.length });
  try {
    const news = await newsOf(catalog, { row, ...request });
    const ends = await Promise.allSettled(webhooks.map((webhook) => tell(deps, { webhook, row, news })));
    cancellationSignal().throwIfAborted();
    const again = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    if (again.length > 0) giveUpOrRepeat(again);
  } finally {
    vouching.stop();
  }
}

const wants = ({ rooms, events }: WebhookRow, { roomId }: LectureRow, news: LectureNews): boolean =>
  events.includes(news) && (rooms.length === 0 || rooms.includes(roomId));

interface Telling {
  webhook: WebhookRow;
  row: LectureRow;
  news: WebhookNews;
}

/** Throws what is worth another try; what is not is written down alone. */
async function tell(deps: NotifyDeps, { webhook, row, news }: Telling): Promise<void> {
  const { publications } = deps.catalog;
  const key = { lectureId: row.id, kind: 'webhook' as const, target: `${webhook.name}/${news.occasion}` };
  const externalId = `revision ${row.revision}`;
  const before = await publications.reserve({ ...key, externalId });
  if (before.state === 'done' && before.externalId === externalId) return;
  try {
    await deps.lecture.webhooks.send(webhook, news, cancellationSignal());
    await publications.record({ ...key, externalId, state: 'done' });
  } catch (error) {
    cancellationSignal().throwIfAborted();
    if (!isFault(error) || error.type === 'CatalogUnavailable') throw error;
    const { retry, remedy } = failures[error.type];
    await publications.record({
      ...key,
      externalId,
      state: 'failed',
      reason: retry === 'never' ? `${error.message} ${remedy}` : error.message,
    });
    if (retry !== 'never') throw error;
  }
}

/** Trouble that is none of a webhook’s. */
const isOurs = (error: unknown): boolean => !isFault(error) || error.type === 'CatalogUnavailable';

function giveUpOrRepeat(errors: readonly unknown[]): void {
  const [first] = errors;
  if (errors.some(isOurs)) throw errors.find(isOurs);
  if (activityInfo().attempt >= mostTries || !isFault(first)) return;
  const waits = errors.map((error) => (isFault(error) ? (error.details.retryAfterSeconds ?? 0) : 0));
  const retryAfterSeconds = Math.min(longestWaitSeconds, Math.max(...waits));
  throw new Fault(first.type, first.message, retryAfterSeconds > 0 ? { retryAfterSeconds } : {});
}
