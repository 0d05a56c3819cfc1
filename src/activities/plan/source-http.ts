// Archives that answer one file per segment over HTTP: resumed where the last owner stopped.
import { join } from 'node:path';
import { isFault } from '../../domain/fault.ts';
import { redactUrl } from '../../domain/url.ts';
import { readResumePoint } from '../../transfer/resume-point.ts';
import { archiveAddress } from './archive-url.ts';
import type { PlanDeps } from './plan-deps.ts';
import type { Fetched, FetchRequest } from './fetched.ts';
import { acceptPartial } from './transport-patience.ts';

export async function fetchFromHttp(deps: PlanDeps, request: FetchRequest): Promise<Fetched> {
  const { url, credentials } = await archiveAddress(deps, request);
  const toPath = join(request.partialDir, 'body');
  try {
    const { complete, sha256, sizeBytes } = await deps.downloader.download({
      url,
      toPath,
      resume: await readResumePoint(toPath),
      signal: request.signal,
      onBytes: request.onBytes,
      onWaiting: () => request.onBytes(0),
      ...(credentials ? { credentials } : {}),
    });
    return { kind: 'file', path: toPath, complete, facts: { sizeBytes, sha256 } };
  } catch (error) {
    if (isFault(error, 'SourceMissing'))
      return { kind: 'none', reason: `The archive has nothing at ${redactUrl(url)}.` };
    // A source that breaks off at the same byte again and again has no more to give: what came is judged like any file.
    if (await acceptPartial({ partialDir: request.partialDir, path: toPath, error })) {
      return { kind: 'file', path: toPath, complete: false };
    }
    throw error;
  }
}
