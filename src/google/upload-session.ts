// The requests of one resumable upload: begin, ask, send, give up. What their answers mean stands in upload.ts.
import type { drive_v3 } from 'googleapis/build/src/apis/drive/v3.js';
import { Fault } from '../domain/fault.ts';
import { driveFile, fileFields, lectureProperty } from './drive-file.ts';
import { watchTransfer } from './drive-stall.ts';
import type { DriveContext, DriveFile, ReplaceSpec, UploadSpec } from './drive-types.ts';
import { askGoogle, faultOfAnswer, googleFault } from './google-fault.ts';
import { bodyOf, type LocalFile } from './upload-body.ts';

/** What a new session is for. */
export type Upload = { kind: 'create'; spec: UploadSpec } | { kind: 'replace'; spec: ReplaceSpec };

export type SessionAnswer =
  /** the server keeps this much of the file */
  | { kind: 'more'; committedBytes: number }
  | { kind: 'done'; file: DriveFile }
  /** the session is unknown now: another one begins at byte 0 */
  | { kind: 'gone' }
  /** the id has become somebody's, ours perhaps */
  | { kind: 'taken' }
  /** the session stands, the request failed: ask again what it keeps; bytes that left before */
  | { kind: 'broken'; fault: Fault; sentBytes: number }
  | { kind: 'refused'; fault: Fault };

export interface Session {
  what: string;
  url: string;
  sizeBytes: number;
  signal: AbortSignal;
}

/** Google's limit for key and value together, in UTF-8. */
const propertyBytes = 124;

function metadataOf(upload: Upload): drive_v3.Schema$File {
  const { name, mimeType } = upload.spec;
  if (upload.kind === 'replace') return { name, mimeType };
  const { fileId: id, folderId, lectureKey } = upload.spec;
  if (Buffer.byteLength(lectureProperty + lectureKey) > propertyBytes)
    throw new Fault('InputInvalid', `The key ${lectureKey} of ${name} is too long for a property in Drive.`);
  return { id, name, mimeType, parents: [folderId], appProperties: { [lectureProperty]: lectureKey } };
}

/** The session's address, or `taken` when Drive knows the id already. */
export async function startSession(
  { connection, requestSeconds }: DriveContext,
  upload: Upload,
  what: string,
): Promise<{ url: string } | 'taken'> {
  const { spec, kind } = upload;
  const query = new URLSearchParams({
    uploadType: 'resumable',
    supportsAllDrives: 'true',
    fields: fileFields,
  }).toString();
  const path = kind === 'create' ? '' : `/${encodeURIComponent(spec.fileId)}`;
  const body = JSON.stringify(metadataOf(upload));
  return askGoogle(what, async () => {
    const answer = await connection.fetch(`/upload/drive/v3/files${path}?${query}`, {
      method: kind === 'create' ? 'POST' : 'PATCH',
      headers: {
        'content-type': 'application/json; charset=UTF-8',
        'x-upload-content-type': spec.mimeType,
        'x-upload-content-length': String(spec.sizeBytes),
      },
      body,
      signal: AbortSignal.any([spec.signal, AbortSignal.timeout(requestSeconds * 1000)]),
    });
    if (answer.status === 409 && kind === 'create') {
      await answer.body?.cancel();
      return 'taken';
    }
    if (answer.status !== 200) throw await faultOfAnswer(what, answer);
    await answer.body?.cancel();
    const url = answer.headers.get('location');
    if (url === null) throw new Fault('GoogleTransient', `${what}: Google gave no address to send it to.`);
    return { url };
  });
}

/** How much has arrived? */
export async function askSession(context: DriveContext, session: Session): Promise<SessionAnswer> {
  const headers = { 'content-length': '0', 'content-range': `bytes */${session.sizeBytes}` };
  return request(context, session, { method: 'PUT', headers });
}

/** One piece; `onSent` hears of its bytes as they leave. */
export async function sendPiece(
  context: DriveContext,
  session: Session & { local: LocalFile },
  piece: { startBytes: number; endBytes: number; onSent(sentBytes: number): void },
): Promise<SessionAnswer> {
  const { startBytes, endBytes, onSent } = piece;
  return request(context, session, {
    method: 'PUT',
    headers: {
      'content-length': String(endBytes - startBytes),
      'content-range': `bytes ${startBytes}-${endBytes - 1}/${session.sizeBytes}`,
    },
    pieces: (onBytes) =>
      bodyOf(session.local, {
        startBytes,
        endBytes,
        onBytes: (bytes) => {
          onBytes(bytes);
          onSent(bytes);
        },
      }),
  });
}

/** Google drops what it has of it; how it answers makes no difference. */
export async function cancelSession(context: DriveContext, session: Session): Promise<void> {
  await request(context, session, { method: 'DELETE', headers: { 'content-length': '0' } });
}

interface SessionRequest {
  method: 'PUT' | 'DELETE';
  headers: Record<string, string>;
  pieces?(onBytes: (sentBytes: number) => void): AsyncIterable<Uint8Array>;
}

async function request(
  { connection, requestSeconds }: DriveContext,
  session: Session,
  { method, headers, pieces }: SessionRequest,
): Promise<SessionAnswer> {
  const watch = watchTransfer({ stallSeconds: requestSeconds, signal: session.signal });
  let sentBytes = 0;
  const body = pieces?.((bytes) => {
    sentBytes = bytes;
    watch.moved();
  });
  try {
    const answer = await connection.fetch(session.url, {
      method,
      headers,
      signal: watch.signal,
      ...(body && { body, duplex: 'half' as const }),
    });
    return await meaningOf(session, answer, { isPiece: body !== undefined, sentBytes });
  } catch (error) {
    session.signal.throwIfAborted();
    const fault = googleFault(session.what, error);
    if (fault === undefined) throw error;
    // Begun at another address than that of today's configuration.
    if (fault.type === 'ForbiddenUrl') return { kind: 'gone' };
    return fault.type === 'GoogleTransient'
      ? { kind: 'broken', fault, sentBytes }
      : { kind: 'refused', fault };
  } finally {
    watch.stop();
  }
}

async function meaningOf(
  session: Session,
  answer: Response,
  { isPiece, sentBytes }: { isPiece: boolean; sentBytes: number },
): Promise<SessionAnswer> {
  const { status } = answer;
  if (status === 200 || status === 201) return { kind: 'done', file: driveFile(parse(await answer.text())) };
  if (status === 308) {
    await answer.body?.cancel();
    const last = /^bytes=0-(\d+)$/.exec(answer.headers.get('range') ?? '')?.[1];
    return { kind: 'more', committedBytes: last === undefined ? 0 : Number(last) + 1 };
  }
  const fault = await faultOfAnswer(session.what, answer);
  // 499: given up by DELETE.
  if (status === 404 || status === 410 || status === 499) return { kind: 'gone' };
  if (status === 409) return { kind: 'taken' };
  // A token refused here is renewed by the question that follows, or the question is refused.
  const isTransient = fault.type === 'GoogleTransient' && fault.details.retryAfterSeconds === undefined;
  return isTransient || (status === 401 && isPiece)
    ? { kind: 'broken', fault, sentBytes }
    : { kind: 'refused', fault };
}

/** An answer that cannot be read is one of success all the same: what it does not tell is asked for. */
function parse(text: string): drive_v3.Schema$File {
  try {
    return JSON.parse(text) as drive_v3.Schema$File;
  } catch {
    return {};
  }
}
