// Takes back what a cancelled lecture has published: posts, attachment, files. What others made is never touched.
import type { PublicationRow } from '../../catalog/lecture-types.ts';
import { vouchedFor } from '../vouching.ts';
import type { LectureDeps } from './lecture-deps.ts';
import { readLecture } from './lecture-sources.ts';
import type { KnownLecture } from './lecture-sources.ts';
import { callsSeconds, requireGoogle } from './require-google.ts';
import type { Published } from './types.ts';

/** Links to the file go before the file. */
const order: readonly PublicationRow['kind'][] = ['announcement', 'material', 'calendar', 'drive'];

export async function undoLecture(
  deps: LectureDeps,
  { lectureId }: { lectureId: string },
): Promise<Published[]> {
  const known = await readLecture(deps, lectureId);
  const rows = await deps.catalog.publications.listOf(lectureId);
  const main = rows.find(({ kind, target }) => kind === 'drive' && target === 'main');
  const undone: Published[] = [];
  await vouchedFor(callsSeconds, async () => {
    for (const kind of order) {
      for (const row of rows.filter((one) => one.kind === kind && one.state !== 'undone')) {
        undone.push(await undo(deps, { known, row, main }));
      }
    }
  });
  return [...undone, ...rows.filter(isExported).map(({ kind, target }) => ({ kind, target, ...stays }))];
}

const isExported = ({ kind, state }: PublicationRow): boolean => kind === 'export' && state === 'done';
const stays = { state: 'done', reason: 'copies at an export target stay' } as const;

interface Undo {
  known: KnownLecture;
  row: PublicationRow;
  /** The uploaded video that hangs on events. */
  main: PublicationRow | undefined;
}

/** What cannot be taken back is an answer; what may work later is thrown and tried again. */
async function undo(deps: LectureDeps, { known, row, main }: Undo): Promise<Published> {
  const { lectureId, kind, target } = row;
  const place = { lectureId, kind, target };
  if (row.state === 'unclear') {
    const reason = 'Whether it was posted is not known: look into the course.';
    return { kind, target, state: 'unclear', reason };
  }
  const { event } = known.row;
  if (kind === 'drive' && row.externalId) await requireGoogle(deps).drive.trash(row.externalId);
  if (kind === 'calendar' && event && main?.externalId) {
    const file = { fileId: main.externalId, url: main.url ?? '' };
    await requireGoogle(deps).calendar.detach({ ...event, file });
  }
  if ((kind === 'announcement' || kind === 'material') && row.externalId) {
    const [courseId = '', postId = ''] = row.externalId.split('/');
    await requireGoogle(deps).classroom.removePost({ courseId, kind, postId });
  }
  await deps.catalog.publications.record({ ...place, state: 'undone' });
  return { kind, target, state: 'undone' };
}
