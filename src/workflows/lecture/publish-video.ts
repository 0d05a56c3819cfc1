// From files on a host to one video at its places: uploaded, exported, attached, posted, told. Each place has an end of its own.
import { isCancellation } from '@temporalio/workflow';
import type { OpenedLecture, Published } from '../../activities/lecture/types.ts';
import type { LectureFile } from '../../contract/lecture-messages.ts';
import type { LectureState } from '../../domain/lecture-states.ts';
import { describeFailure } from '../fail.ts';
import { onLivingHost } from '../on-host.ts';
import { lectureRows, lectureTransfers, outside } from '../proxies.ts';
import { describeLacking } from './lacking.ts';
import { bindTo, sweepLecture } from './lecture-host.ts';
import { showLecture, showPublished } from './lecture-state.ts';
import type { LectureWork } from './lecture-state.ts';
import type { MadeVideo } from './make-video.ts';
import { tellNews } from './tell-news.ts';

interface PublishRequest extends MadeVideo {
  opened: OpenedLecture;
  host: string;
  /** A person has looked: a post whose fate is unclear may be made again. */
  force: boolean;
}

export interface LectureEnd {
  state: LectureState;
  reason?: string;
}

/**
 * A place that refuses makes the lecture incomplete and holds up no other place; only a lost host begins it again. A lecture that is changed
 * meanwhile is not over: nobody is told, and what the next round needs stays.
 */
export async function publishVideo(work: LectureWork, request: PublishRequest): Promise<LectureEnd> {
  const { files } = request;
  const { lectureId } = work.input;
  showLecture(work, 'uploading');
  await lectureRows.recordLecture({ lectureId, state: 'uploading', files });
  const [misplaced] = await Promise.all([uploadAll(work, request), exportAll(work, request)]);
  showLecture(work, 'attaching');
  await lectureRows.recordLecture({ lectureId, state: 'attaching' });
  await attachAll(work, request);
  if (work.orders.changed) return { state: 'attaching' };
  const refused = work.progress.publications.filter(({ state }) => state !== 'done');
  const complaints = [...request.complaints, ...misplaced];
  const end = endOf({ ...request, complaints }, refused);
  await lectureRows.recordLecture({ lectureId, ...end, refused });
  showLecture(work, end.state, end.reason);
  await tellNews(work, refused.length > 0 ? 'failed' : 'ready', end.reason);
  if (refused.length === 0) await sweepLecture(work, { files });
  return end;
}

function endOf({ opened, judged, complaints }: PublishRequest, refused: readonly Published[]): LectureEnd {
  const lacking = describeLacking(opened, judged);
  const places = refused.map(
    ({ kind, target, state, reason }) => `${kind} ${target} ${state}: ${reason ?? 'no reason'}`,
  );
  const reasons = [...(lacking ? [lacking] : []), ...complaints, ...places];
  return reasons.length > 0 ? { state: 'incomplete', reason: reasons.join(' ') } : { state: 'complete' };
}

/** The outcome of one place, whatever it is; a lost host is no outcome. */
async function settle(
  work: LectureWork,
  place: Pick<Published, 'kind' | 'target'>,
  call: () => Promise<Published>,
): Promise<void> {
  showPublished(work, { ...place, state: 'pending' });
  try {
    showPublished(work, await call());
  } catch (error) {
    const { type, message } = describeFailure(error);
    if (type === 'HostLost' || isCancellation(error)) throw error;
    showPublished(work, { ...place, state: 'failed', reason: message });
  }
}

const isVideo = ({ role }: LectureFile): boolean => role === 'main' || role === 'backup';

/** Answers sentences about videos that lie in another folder than they should. */
async function uploadAll(work: LectureWork, { opened, host, files }: PublishRequest): Promise<string[]> {
  if (!opened.publish.drive) return [];
  const { lectureId } = work.input;
  const videos = files.filter(isVideo);
  const { reserveUploads } = outside({ timing: opened.timing, summary: 'reserve ids on Drive' });
  let reserved;
  try {
    reserved = await reserveUploads({ lectureId, files: videos });
  } catch (error) {
    const { message } = describeFailure(error);
    showPublished(work, { kind: 'drive', target: 'main', state: 'failed', reason: message });
    return [];
  }
  await Promise.all(
    reserved.map(({ complaint: _, ...upload }) => {
      const file = videos.find(({ role }) => role === upload.role)!;
      const transfers = lectureTransfers(bindTo(work, host, `upload ${upload.role} to Drive`));
      const call = (): Promise<Published> =>
        onLivingHost(host, () => transfers.uploadLecture({ lectureId, file, ...upload }));
      return settle(work, { kind: 'drive', target: upload.role }, call);
    }),
  );
  return reserved.flatMap(({ complaint }) => complaint ?? []);
}

async function exportAll(work: LectureWork, { opened, host, files }: PublishRequest): Promise<void> {
  const { lectureId } = work.input;
  await Promise.all(
    opened.publish.exports.map((target) => {
      const transfers = lectureTransfers(bindTo(work, host, `export to ${target}`));
      const call = (): Promise<Published> =>
        onLivingHost(host, () => transfers.exportLecture({ lectureId, target, files }));
      return settle(work, { kind: 'export', target }, call);
    }),
  );
}

/** What stands on the uploaded video: without it there is nothing to attach. */
async function attachAll(work: LectureWork, { opened, force }: PublishRequest): Promise<void> {
  const { lectureId } = work.input;
  const { publish, timing } = opened;
  const isUploaded = work.progress.publications.some(
    ({ kind, target, state }) => kind === 'drive' && target === 'main' && state === 'done',
  );
  if (!isUploaded) return;
  const attach = async (): Promise<void> => {
    if (!publish.calendar) return;
    const { attachLecture } = outside({ timing, summary: 'attach to the event' });
    await settle(work, { kind: 'calendar', target: 'event' }, () => attachLecture({ lectureId }));
  };
  const post = (course: string): Promise<void> => {
    const { postLecture } = outside({ timing, summary: `post to course ${course}` });
    const kind = publish.classroom ?? 'announcement';
    return settle(work, { kind, target: course }, () => postLecture({ lectureId, course, force }));
  };
  await Promise.all([attach(), ...(publish.classroom ? publish.courses.map(post) : [])]);
}
