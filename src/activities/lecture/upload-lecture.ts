// Uploads one file of a lecture under its reserved id, proves it, shares it as the room says, and writes down where it stands.
import { basename } from 'node:path';
import { cancellationSignal } from '@temporalio/activity';
import type { PublicationRow } from '../../catalog/lecture-types.ts';
import { isFault } from '../../domain/fault.ts';
import { inStep } from '../../domain/fault-point.ts';
import type { LectureDeps } from './lecture-deps.ts';
import { readLecture } from './lecture-sources.ts';
import { callsSeconds, requireGoogle } from './require-google.ts';
import { heardWhileSilent } from './tool-heartbeat.ts';
import type { Published, UploadRequest } from './types.ts';

/** The same file again is found proved; another one under the same id takes its place, so that links and attachments stay right. */
export async function uploadLecture(deps: LectureDeps, request: UploadRequest): Promise<Published> {
  const { publications } = deps.catalog;
  const { lectureId, role } = request;
  const place = { lectureId, kind: 'drive', target: role } as const;
  const before = await publications.get(place);
  try {
    // Google may take as long over an answer as a request may; what is sent meanwhile is progress.
    const { fileId, url } = await inStep(deps.faultPoint, 'upload', () =>
      heardWhileSilent(callsSeconds, (heartbeat) => send(deps, { request, before, heartbeat })),
    );
    await publications.record({ ...place, state: 'done', externalId: fileId, url });
    return { kind: place.kind, target: role, state: 'done' };
  } catch (error) {
    // `lecture show` tells what is waited for while Temporal retries.
    if (isFault(error))
      await publications.record({
        ...{ ...place, state: 'pending', reason: error.message },
        ...(error.details['needsNewId'] ? await freshId(deps) : {}),
      });
    throw error;
  }
}

/** Under an id that is spent every later try would end the same: the next one finds another. */
async function freshId(deps: LectureDeps): Promise<{ externalId?: string }> {
  return await requireGoogle(deps)
    .drive.generateId()
    .then(
      (externalId) => ({ externalId }),
      () => ({}),
    );
}

interface Sending {
  request: UploadRequest;
  before: PublicationRow | undefined;
  heartbeat: (progress: unknown) => void;
}

async function send(
  deps: LectureDeps,
  { request, before, heartbeat }: Sending,
): Promise<{ fileId: string; url: string }> {
  const { drive } = requireGoogle(deps);
  const { room, row } = await readLecture(deps, request.lectureId);
  const { file, fileId, folderId } = request;
  const spec = {
    ...{ fileId, folderId, sizeBytes: file.sizeBytes, sha256: file.sha256 },
    name: basename(file.path),
    path: deps.storage.resolve(file.path),
    mimeType: 'video/mp4',
    lectureKey: request.lectureId,
    sessions: deps.catalog.uploadSessions,
    signal: cancellationSignal(),
    onProgress: (progress: { committedBytes: number }): void => heartbeat(progress),
  };
  // By the address, not the state: after a replacement that broke off the row is `pending`, and the file is there all the same.
  const isThere = before?.url?.includes(fileId) ?? false;
  const sent = isThere ? await drive.replaceContent(spec) : await drive.upload(spec);
  const { share } = room.spec;
  if (share.kind !== 'none') await drive.share({ fileId: sent.fileId, with: share, users: row.spec.users });
  return sent;
}
