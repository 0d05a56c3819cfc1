// Lectures as documents, from the catalog alone: they can be read with Temporal down.
import type { z } from 'zod';
import type { LectureCatalog, LectureRow, PublicationRow } from '../catalog/lecture-types.ts';
import type { LectureState } from '../domain/lecture-states.ts';
import type { LectureDocument, lectureList } from '../contract/lecture.ts';
import { isoFromMs, toInstantRange } from '../domain/range.ts';

export type LectureListed = z.output<typeof lectureList>[number];

type Lectures = Pick<LectureCatalog, 'lectures' | 'publications'>;

/** Throws Fault NotFound. */
export async function lectureDocumentOf(catalog: Lectures, lectureId: string): Promise<LectureDocument> {
  const row = await catalog.lectures.require(lectureId);
  const publications = await catalog.publications.listOf(lectureId);
  const { outcome } = row;
  return {
    ...factsOf(row),
    ...(row.event ? { event: row.event } : {}),
    spec: row.spec,
    slots: (outcome.slots ?? []).map(({ startMs, endMs, ...slot }) => ({
      ...slot,
      ...toInstantRange({ startMs, endMs }),
    })),
    files: outcome.files ?? [],
    publications: publications.map(({ kind, target, state, externalId, url, reason }) => ({
      kind,
      target,
      state,
      ...(externalId === undefined ? {} : { externalId }),
      ...(url === undefined ? {} : { url }),
      ...(reason === undefined ? {} : { reason }),
    })),
    ...driveUrlOf(publications),
    createdAt: isoFromMs(row.createdMs),
    updatedAt: isoFromMs(row.updatedMs),
  };
}

export interface LectureChoice {
  room?: string | undefined;
  state?: LectureState | undefined;
  /** Begin in [fromMs, toMs). */
  fromMs?: number | undefined;
  toMs?: number | undefined;
  limit?: number | undefined;
}

/** Newest start first. */
export async function lectureListOf(catalog: Lectures, choice: LectureChoice): Promise<LectureListed[]> {
  const { room, state, fromMs, toMs, limit } = choice;
  const rows = await catalog.lectures.list({
    ...(room === undefined ? {} : { roomId: room }),
    ...(state === undefined ? {} : { state }),
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
    ...(limit === undefined ? {} : { limit }),
  });
  const listed: LectureListed[] = [];
  for (const row of rows)
    listed.push({
      ...factsOf(row),
      ...driveUrlOf(await catalog.publications.listOf(row.id)),
      name: row.spec.name,
    });
  return listed;
}

const factsOf = ({ id, roomId, startMs, endMs, state, reason, outcome }: LectureRow) => ({
  id,
  room: roomId,
  ...toInstantRange({ startMs, endMs }),
  state,
  ...(reason === undefined ? {} : { reason }),
  missingSeconds: outcome.missingSeconds ?? 0,
});

function driveUrlOf(publications: readonly PublicationRow[]): { driveUrl?: string } {
  const main = publications.find(
    ({ kind, target, state }) => kind === 'drive' && target === 'main' && state === 'done',
  );
  return main?.url === undefined ? {} : { driveUrl: main.url };
}
