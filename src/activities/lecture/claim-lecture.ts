// A host takes a lecture: from here on its files lie on this host.
import type { LectureDeps } from './lecture-deps.ts';
import type { ClaimedLecture } from './types.ts';

export async function claimLecture(
  { catalog, settings }: LectureDeps,
  { lectureId }: { lectureId: string },
): Promise<ClaimedLecture> {
  const { host } = settings;
  await catalog.lectures.record(lectureId, { outcome: { host } });
  return { host };
}
