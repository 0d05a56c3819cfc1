// Puts replies on the wire, whole or cut short.
import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Reply } from './call.ts';

/** What is to be sent, ready. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  stored?: Reply['stored'];
}

export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  const body = Buffer.from(JSON.stringify(value, null, 1));
  return { status, headers: { 'content-type': 'application/json; charset=UTF-8', ...headers }, body };
}

export const emptyAnswer = (status: number, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: Buffer.alloc(0),
});

export const pageAnswer = (status: number, html: string): Answer => ({
  status,
  headers: { 'content-type': 'text/html; charset=UTF-8' },
  body: Buffer.from(html),
});

/** Sends it; `cutAfterBytes` promises all and breaks the line before the end. */
export async function send(
  response: ServerResponse,
  { status, headers, body, stored }: Answer,
  cutAfterBytes?: number,
): Promise<void> {
  if (response.destroyed) return;
  const length = stored === undefined ? body.length : stored.end - stored.start + 1;
  const isBodiless = status === 204 || status === 304;
  response.writeHead(status, { ...headers, ...(!isBodiless && { 'content-length': String(length) }) });
  if (cutAfterBytes !== undefined) {
    const piece = body.subarray(0, cutAfterBytes);
    response.write(piece.length > 0 ? piece : '', () => response.socket?.end());
    return;
  }
  if (stored === undefined || length === 0) response.end(isBodiless ? undefined : body);
  // The reader may leave in the middle; that is its affair.
  else
    await pipeline(createReadStream(stored.path, { start: stored.start, end: stored.end }), response).catch(
      () => undefined,
    );
}
