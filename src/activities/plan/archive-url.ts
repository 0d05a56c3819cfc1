// The address of one segment in a camera's archive, with the credentials that stand apart.
import type { PlanDeps } from './plan-deps.ts';
import type { FetchRequest } from './fetched.ts';
import { localParts } from '../../domain/calendar.ts';
import { isoFromMs } from '../../domain/range.ts';
import { segmentRange } from '../../domain/segment.ts';
import { expandTemplate } from '../../domain/url.ts';

export interface ArchiveAddress {
  /** Without credentials. */
  url: string;
  credentials?: { user: string; password: string };
}

/** Local placeholders ({date} {hh} {mm}) are in the camera's zone, all others are absolute. */
export async function archiveAddress(
  { catalog }: Pick<PlanDeps, 'catalog'>,
  { camera, key }: Pick<FetchRequest, 'camera' | 'key'>,
): Promise<ArchiveAddress> {
  const range = segmentRange(key);
  const local = localParts(range.startMs, camera.timeZone);
  const url = expandTemplate(camera.archiveUrl ?? '', {
    id: camera.id,
    externalId: camera.externalId ?? '',
    startUnix: String(key.startUnix),
    endUnix: String(key.startUnix + key.seconds),
    startAt: isoFromMs(range.startMs),
    seconds: String(key.seconds),
    date: local.date,
    hh: local.hh,
    mm: local.mm,
  });
  const credentials = await catalog.credentials.get(camera.id, 'archive');
  return { url, ...(credentials ? { credentials } : {}) };
}
