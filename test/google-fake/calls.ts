// Plain requests to the stand-in, as a program without any library would make them.
import { randomBytes } from 'node:crypto';
import type { GoogleFake } from '../fakes/google/server.ts';

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  /** Parsed, when it is JSON. */
  json: Record<string, unknown>;
}

export interface Asked {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  query?: Record<string, string | readonly string[]>;
}

export type Ask = (path: string, asked?: Asked) => Promise<Answered>;

export async function answered(response: Response): Promise<Answered> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  const json = (isJson && text !== '' ? JSON.parse(text) : {}) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, text, json };
}

/** Asks in the name of whoever the token is of. */
export const askAs =
  (fake: GoogleFake, token: string): Ask =>
  async (path, { method = 'GET', body, headers = {}, query = {} } = {}) => {
    const url = new URL(path, fake.url);
    for (const [name, value] of Object.entries(query))
      for (const each of [value].flat()) url.searchParams.append(name, each);
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, ...json, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'manual',
    });
    return answered(response);
  };

/** `errors[0].reason` of the older APIs. */
export const reasonOf = ({ json }: Answered): string | undefined =>
  (json.error as { errors?: { reason: string }[] } | undefined)?.errors?.[0]?.reason;

/** `error.status` and `error.message` of the newer ones. */
export const statusOf = ({ json }: Answered): string | undefined =>
  (json.error as { status?: string } | undefined)?.status;
export const messageOf = ({ json }: Answered): string =>
  (json.error as { message?: string } | undefined)?.message ?? '';

export const kib = (count: number): number => count * 1024;
export const bytesOf = (size: number): Buffer => randomBytes(size);

/** Starts a resumable upload; answers the session's address, or the refusal. */
export async function startUpload(ask: Ask, metadata: unknown, sizeBytes: number): Promise<Answered> {
  return ask('/upload/drive/v3/files', {
    method: 'POST',
    body: metadata,
    query: {
      uploadType: 'resumable',
      supportsAllDrives: 'true',
      fields: 'id,name,size,md5Checksum,sha256Checksum',
    },
    headers: { 'x-upload-content-type': 'video/mp4', 'x-upload-content-length': String(sizeBytes) },
  });
}

export interface Piece {
  address: string;
  bytes: Buffer;
  start: number;
  /** behind the last byte of the piece */
  end: number;
  total?: number;
}

/** PUTs one piece to a session. */
export async function putPiece({
  address,
  bytes,
  start,
  end,
  total = bytes.length,
}: Piece): Promise<Answered> {
  const response = await fetch(address, {
    method: 'PUT',
    headers: { 'content-range': `bytes ${start}-${end - 1}/${total}` },
    body: new Uint8Array(bytes.subarray(start, end)),
    redirect: 'manual',
  });
  return answered(response);
}

/** How much has arrived? */
export async function askSession(address: string, total: number): Promise<Answered> {
  const response = await fetch(address, {
    method: 'PUT',
    headers: { 'content-range': `bytes */${total}`, 'content-length': '0' },
    redirect: 'manual',
  });
  return answered(response);
}
