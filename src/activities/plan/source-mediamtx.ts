// MediaMTX playback: its list says which spans exist, each span is fetched apart, and the spans become one segment file.
import { join } from 'node:path';
import { segmentRange } from '../../domain/segment.ts';
import { archiveAddress } from './archive-url.ts';
import type { PlanDeps } from './plan-deps.ts';
import type { Fetched, FetchRequest } from './fetched.ts';

/** The archive URL is `http://host:port/<path>`: the playback server and the path it recorded. */
export async function fetchFromMediamtx(deps: PlanDeps, request: FetchRequest): Promise<Fetched> {
  const { key, signal } = request;
  const address = await archiveAddress(deps, request);
  const url = new URL(address.url);
  const path = decodeURIComponent(url.pathname.replace(/^\//, ''));
  const playback = deps.playback({
    baseUrl: url.origin,
    ...(address.credentials ? { credentials: address.credentials } : {}),
  });
  const range = segmentRange(key);
  const held = await playback.list({ path, ...range, signal });
  if (held.length === 0)
    return { kind: 'none', reason: `MediaMTX has no recording of ${path} in this segment.` };
  const spans = [];
  let doneBytes = 0;
  for (const span of held) {
    const toPath = join(request.partialDir, `span-${span.startMs}.mp4`);
    const { sizeBytes, startMs } = await playback.fetchSpan({
      path,
      span,
      toPath,
      signal,
      onBytes: (bytes) => request.onBytes(doneBytes + bytes),
    });
    doneBytes += sizeBytes;
    spans.push({ path: toPath, startMs });
  }
  const outPath = join(request.attemptDir, 'joined.mp4');
  const { wallAtPtsZeroMs } = await deps.media.joinSpans({
    spans,
    segment: range,
    workDir: request.attemptDir,
    outPath,
    stallSeconds: deps.settings.stallSeconds.media,
    signal,
    onProgress: ({ sizeBytes }) => request.onBytes(doneBytes + (sizeBytes ?? 0)),
  });
  return { kind: 'file', path: outPath, complete: true, held, wallAtPtsZeroMs };
}
