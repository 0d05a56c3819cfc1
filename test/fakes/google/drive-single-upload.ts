// Uploads to Drive in one request: the bytes alone, or metadata and bytes as multipart/related.
import type { Call, Reply } from './call.ts';
import { storeBytes } from './drive-content.ts';
import { defaultFileFields, fileResource } from './drive-resource.ts';
import { checkId } from './drive-metadata.ts';
import { placeContent } from './drive-upload.ts';
import { badRequest } from './google-error.ts';
import { checkBody } from './validate.ts';

interface Part {
  type: string;
  bytes: Buffer;
}

const blankLine = Buffer.from('\r\n\r\n');

/** Metadata and media of a multipart/related body; undefined when it is none. */
export function partsOf(body: Buffer, contentType: string): [Part, Part] | undefined {
  const boundary = /^multipart\/related;.*?\bboundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return undefined;
  const mark = Buffer.from(`--${boundary}`);
  const parts: Part[] = [];
  let start = body.indexOf(mark);
  while (start !== -1) {
    const next = body.indexOf(mark, start + mark.length);
    if (next === -1) break;
    // Between the mark's line end and the line end before the next mark.
    const section = body.subarray(start + mark.length + 2, next - 2);
    const split = section.indexOf(blankLine);
    const headers = section.subarray(0, Math.max(0, split)).toString('utf8');
    const type = /^content-type:\s*([^\r\n]+)/im.exec(headers)?.[1] ?? 'application/octet-stream';
    parts.push({ type, bytes: section.subarray(split === -1 ? 0 : split + blankLine.length) });
    start = next;
  }
  const [metadata, media] = parts;
  return metadata !== undefined && media !== undefined && parts.length === 2 ? [metadata, media] : undefined;
}

function metadataOf(call: Call, part: Part): Call {
  let body: unknown;
  try {
    body = JSON.parse(part.bytes.toString('utf8'));
  } catch {
    throw badRequest('Parse Error', undefined, 'parseError');
  }
  return { ...call, body: checkBody(call.route.api, call.route.method, body) };
}

/** Takes a whole upload. */
export async function uploadAtOnce(given: Call, body: Buffer): Promise<Reply> {
  const contentType = given.headers['content-type'] ?? 'application/octet-stream';
  const isMultipart = given.query.uploadType?.[0] === 'multipart';
  const parts = isMultipart ? partsOf(body, contentType) : undefined;
  if (isMultipart && parts === undefined)
    throw badRequest('Malformed multipart body.', undefined, 'badRequest');
  const call = parts === undefined ? given : metadataOf(given, parts[0]);
  if (call.route.pathParameters.fileId === undefined) checkId(call, 'start');
  const media: Part = parts === undefined ? { type: contentType, bytes: body } : parts[1];
  const item = placeContent(call, await storeBytes(call.world.drive, media.bytes), media.type);
  return { json: fileResource(call, item), defaultFields: defaultFileFields };
}
