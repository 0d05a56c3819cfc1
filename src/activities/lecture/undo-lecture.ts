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
  return undone;
}

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
  const { calendar, classroom, drive } = requireGoogle(deps);
  const { event } = known.row;
  if (kind === 'drive' && row.externalId) await drive.trash(row.externalId);
  if (kind === 'calendar' && event && main?.externalId) {
    await calendar.detach({ ...event, file: { fileId: main.externalId, url: main.url ?? '' } });
  }
  if ((kind === 'announcement' || kind === 'material') && row.externalId) {
    const [courseId = '', postId = ''] = row.externalId.split('/');
    await classroom.removePost({ courseId, kind, postId });
  }
  await deps.catalog.publications.record({ ...place, state: 'undone' });
  return { kind, target, state: 'undone' };
}
