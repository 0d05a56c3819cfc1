// RTSP archives: the camera plays a time range, ffmpeg writes it down for the segment's length.
import { join } from 'node:path';
import { isFault } from '../../domain/fault.ts';
import { redactUrl, withCredentials } from '../../domain/url.ts';
import type { RecordResult, RecordSpec } from '../../media/record-rtsp.ts';
import { archiveAddress } from './archive-url.ts';
import type { PlanDeps } from './plan-deps.ts';
import type { Fetched, FetchRequest } from './fetched.ts';

export async function fetchFromRtsp(deps: PlanDeps, request: FetchRequest): Promise<Fetched> {
  const { url, credentials } = await archiveAddress(deps, request);
  const path = join(request.attemptDir, 'recorded.mkv');
  const recorded = await recordOrNone(deps, {
    url: credentials ? withCredentials(url, credentials) : url,
    outPath: path,
    seconds: request.key.seconds,
    stallSeconds: deps.settings.stallSeconds.source,
    signal: request.signal,
    onProgress: ({ sizeBytes }) => request.onBytes(sizeBytes ?? 0),
  });
  if (recorded) return { kind: 'file', path, complete: recorded.complete };
  return { kind: 'none', reason: `The archive has nothing at ${redactUrl(url)}.` };
}

/** Undefined when the source says that it holds nothing there. */
async function recordOrNone(deps: PlanDeps, spec: RecordSpec): Promise<RecordResult | undefined> {
  try {
    return await deps.media.recordRtsp(spec);
  } catch (error) {
    if (isFault(error, 'SourceMissing')) return undefined;
    throw error;
  }
}
