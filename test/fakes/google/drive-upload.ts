// Uploads to Drive: in one request with or without metadata, or resumable by a session.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { first, type Call, type Reply, type UploadCall } from './call.ts';
import { itemWithRole } from './drive-access.ts';
import { contentAt } from './drive-content.ts';
import { checkId, checkRoom, createItem, parentFor, replaceContent } from './drive-metadata.ts';
import { defaultFileFields, fileResource } from './drive-resource.ts';
import { parsePieceRange, UploadSession, type PieceFaults, type PieceRange } from './drive-session.ts';
import type { Content, DriveItem } from './drive-store.ts';
import { badRequest, GoogleError } from './google-error.ts';
import type { World } from './world.ts';

interface OpenUpload {
  id: string;
  /** The request that started it; its metadata and rights hold for the whole upload. */
  call: Call;
  session: UploadSession;
  totalBytes: number | undefined;
  mediaType: string | undefined;
  startedAtMs: number;
  /** Why Google does not know it any more. */
  gone: 404 | 410 | 499 | undefined;
  item: DriveItem | undefined;
}

/** Seconds that a session lives. */
const sessionSeconds = 7 * 24 * 3600;

export interface UploadRequest {
  request: IncomingMessage;
  uploadId: string;
  faults: PieceFaults;
}

/** Puts the bytes under the id that the call names, or under a new one. */
export function placeContent(call: Call, content: Content, mediaType?: string): DriveItem {
  const { fileId } = call.route.pathParameters;
  if (fileId === undefined) return createItem(call, content, mediaType);
  const item = itemWithRole(call, fileId, 'writer');
  replaceContent(call, item, content);
  return item;
}

const fileReply = (call: Call, item: DriveItem): Reply => ({
  json: fileResource(call, item),
  defaultFields: defaultFileFields,
});

export class Uploads {
  readonly open = new Map<string, OpenUpload>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Sessions that are not finished end now: the next request to one gets this status. */
  expireAll(status: 404 | 410 = 404): void {
    for (const upload of this.open.values()) if (upload.item === undefined) upload.gone = status;
  }

  /** `uploadType=resumable`: checks what can be checked now, and gives an address for the bytes. */
  async start(call: UploadCall): Promise<Reply> {
    const { fileId } = call.route.pathParameters;
    const length = call.headers['x-upload-content-length'];
    if (length !== undefined && !/^\d+$/.test(String(length)))
      throw badRequest('Invalid X-Upload-Content-Length header.', undefined, 'badRequest');
    const totalBytes = length === undefined ? undefined : Number(length);
    if (fileId === undefined) checkId(call, 'start');
    const target = fileId === undefined ? parentFor(call) : itemWithRole(call, fileId, 'writer');
    if (totalBytes !== undefined) checkRoom(call, target, totalBytes);
    const id = randomBytes(48).toString('base64url');
    const session = new UploadSession(this.#world.drive.newContentPath());
    await writeFile(session.path, '');
    const mediaType = call.headers['x-upload-content-type'];
    this.open.set(id, {
      id,
      call,
      session,
      totalBytes,
      mediaType: mediaType === undefined ? undefined : String(mediaType),
      startedAtMs: this.#world.clock.nowMs(),
      gone: undefined,
      item: undefined,
    });
    const address = new URL(call.request.url ?? '/', this.#world.url);
    address.searchParams.set('upload_id', id);
    return { status: 200, headers: { location: address.href, 'x-guploader-uploadid': id } };
  }

  /** PUT of a piece, or the question how much has arrived. Answers with the call that started it, for `fields`. */
  async proceed({ request, uploadId, faults }: UploadRequest): Promise<{ call: Call; reply: Reply }> {
    const upload = this.#find(uploadId);
    const { call } = upload;
    if (upload.item !== undefined) {
      request.resume();
      return { call, reply: fileReply(call, upload.item) };
    }
    const isWhole = await this.#take(upload, request, faults);
    if (!isWhole) return { call, reply: this.#incomplete(upload) };
    return { call, reply: await this.#finish(upload) };
  }

  /** DELETE of a session: given up by its owner. */
  cancel(uploadId: string): Reply {
    this.#find(uploadId).gone = 499;
    return { status: 499 };
  }

  #find(uploadId: string): OpenUpload {
    const upload = this.open.get(uploadId);
    const isOld =
      upload !== undefined && this.#world.clock.nowMs() - upload.startedAtMs > sessionSeconds * 1000;
    const code = upload === undefined || isOld ? 404 : upload.gone;
    if (code === undefined) return upload!;
    throw new GoogleError({
      code,
      reason: code === 410 ? 'gone' : 'notFound',
      message: 'Upload session not found.',
    });
  }

  #incomplete({ session }: OpenUpload): Reply {
    if (session.committedBytes === 0) return { status: 308 };
    return { status: 308, headers: { range: `bytes=0-${session.committedBytes - 1}` } };
  }

  async #take(upload: OpenUpload, request: IncomingMessage, faults: PieceFaults): Promise<boolean> {
    const header = request.headers['content-range'];
    const question = /^bytes \*\/(\d+|\*)$/.exec(header ?? '');
    if (question) {
      request.resume();
      if (question[1] === '*') return false;
      this.#fix(upload, Number(question[1]));
      return upload.session.committedBytes === upload.totalBytes;
    }
    const range = header === undefined ? this.#wholeOf(request) : parsePieceRange(header);
    if (range === undefined)
      throw badRequest(`Failed to parse Content-Range header.`, undefined, 'badRequest');
    if (range.totalBytes !== undefined) this.#fix(upload, range.totalBytes);
    const length = request.headers['content-length'];
    if (length !== undefined && Number(length) !== range.end - range.start + 1)
      throw badRequest('Content-Length and Content-Range differ.', undefined, 'badRequest');
    return upload.session.take(request, range, faults);
  }

  /** A PUT without Content-Range carries everything. */
  #wholeOf(request: IncomingMessage): PieceRange | undefined {
    const length = Number(request.headers['content-length'] ?? Number.NaN);
    return length > 0 ? { start: 0, end: length - 1, totalBytes: length } : undefined;
  }

  #fix(upload: OpenUpload, totalBytes: number): void {
    if (upload.totalBytes !== undefined && upload.totalBytes !== totalBytes)
      throw badRequest(
        `The size of the upload was given as ${upload.totalBytes} bytes at its start, is ${totalBytes} now.`,
        undefined,
        'badRequest',
      );
    upload.totalBytes = totalBytes;
  }

  async #finish(upload: OpenUpload): Promise<Reply> {
    const content = await contentAt(upload.session.path);
    // Two askers at once: the first has made the file.
    if (upload.item === undefined) {
      upload.gone = 404;
      upload.item = placeContent(upload.call, content, upload.mediaType);
      upload.gone = undefined;
    }
    return fileReply(upload.call, upload.item);
  }
}

/** `media` and `multipart`: everything at once. */
export const isResumable = (call: Call): boolean => first(call.query, 'uploadType') === 'resumable';
