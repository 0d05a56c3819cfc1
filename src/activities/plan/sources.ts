// Which source fetches from which kind of archive.
import type { Fetched, FetchRequest, FetchSegment } from './fetched.ts';
import type { PlanDeps } from './plan-deps.ts';
import { fetchFromDrive } from './source-drive.ts';
import { fetchFromFile } from './source-file.ts';
import { fetchFromHttp } from './source-http.ts';
import { fetchFromMediamtx } from './source-mediamtx.ts';
import { fetchFromRtsp } from './source-rtsp.ts';
import { Fault } from '../../domain/fault.ts';

const sources: Record<string, FetchSegment> = {
  http: fetchFromHttp,
  mediamtx: fetchFromMediamtx,
  rtsp: fetchFromRtsp,
  file: fetchFromFile,
  drive: fetchFromDrive,
};

export async function fetchSegment(deps: PlanDeps, request: FetchRequest): Promise<Fetched> {
  const { camera } = request;
  const fetch = sources[camera.archiveKind ?? ''];
  if (!fetch || !camera.archiveUrl) {
    throw new Fault(
      'InputInvalid',
      `Camera ${camera.id} has no archive source: set archive_kind and archive_url.`,
    );
  }
  return await fetch(deps, request);
}
