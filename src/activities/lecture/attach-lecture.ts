// Attaches the uploaded video to the event that the lecture came from, beside whatever is attached there.
import { Fault } from '../../domain/fault.ts';
import { inStep } from '../../domain/fault-point.ts';
import { vouchedFor } from '../vouching.ts';
import type { LectureDeps } from './lecture-deps.ts';
import { readLecture } from './lecture-sources.ts';
import { callsSeconds, requireGoogle } from './require-google.ts';
import type { Published } from './types.ts';
import { uploadedVideo } from './uploaded-video.ts';

export async function attachLecture(
  deps: LectureDeps,
  { lectureId }: { lectureId: string },
): Promise<Published> {
  const { calendar } = requireGoogle(deps);
  const { row } = await readLecture(deps, lectureId);
  if (!row.event) throw new Fault('InputInvalid', `Lecture ${lectureId} came from no event.`);
  const { fileId, url } = await uploadedVideo(deps, lectureId);
  const place = { lectureId, kind: 'calendar', target: 'event' } as const;
  await deps.catalog.publications.reserve(place);
  const file = { fileId, url, title: row.spec.name, mimeType: 'video/mp4' };
  const { event } = row;
  await inStep(deps.faultPoint, 'attach', () =>
    vouchedFor(callsSeconds, () => calendar.attach({ ...event, file })),
  );
  await deps.catalog.publications.record({ ...place, state: 'done', externalId: event.eventId });
  return { kind: place.kind, target: place.target, state: 'done' };
}
