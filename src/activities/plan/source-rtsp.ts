// RTSP archives: the camera plays a time range, ffmpeg writes it down for the segment's length.
import { join } from 'node:path';
import { withCredentials } from '../../domain/url.ts';
import { archiveAddress } from './archive-url.ts';
import type { PlanDeps } from './plan-deps.ts';
import type { Fetched, FetchRequest } from './fetched.ts';

export async function fetchFromRtsp(deps: PlanDeps, request: FetchRequest): Promise<Fetched> {
  const { url, credentials } = await archiveAddress(deps, request);
  const path = join(request.attemptDir, 'recorded.mkv');
  const { complete } = await deps.media.recordRtsp({
    url: credentials ? withCredentials(url, credentials) : url,
    outPath: path,
    seconds: request.key.seconds,
    stallSeconds: deps.settings.stallSeconds.source,
    signal: request.signal,
    onProgress: ({ sizeBytes }) => request.onBytes(sizeBytes ?? 0),
  });
  return { kind: 'file', path, complete };
}
