// A hostile archive over HTTP on a free loopback port: serves real files with Range, misbehaves per path by script, and records what it was asked.
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type ArchiveStep =
  | { do: 'serve' }
  | { do: 'status'; status: number; headers?: Record<string, string>; body?: string }
  /** sends this many bytes of the body, then resets the connection */
  | { do: 'resetAfter'; bytes: number }
  /** sends this many bytes of the body, then closes in good order, short of the promised length */
  | { do: 'closeAfter'; bytes: number }
  /** sends this many bytes, then nothing more */
  | { do: 'silentAfter'; bytes: number }
  | { do: 'drip'; bytesPerSecond: number }
  | { do: 'hang' }
  /** promises another length than it sends */
  | { do: 'contentLength'; bytes: number }
  | { do: 'ignoreRange' }
  /** answers 206 whatever If-Range says, and names this ETag */
  | { do: 'ignoreIfRange'; etag: string }
  | { do: 'redirect'; location: string; status?: number }
  | { do: 'html' }
  /** no length and no chunks: the end is the end of the connection */
  | { do: 'noLength' }
  | { do: 'chunked' };

export interface ArchiveRequest {
  method: string;
  /** path and query as asked */
  url: string;
  headers: http.IncomingHttpHeaders;
  atMs: number;
}

export interface ArchiveAuth {
  scheme: 'basic' | 'digest';
  user: string;
  password: string;
  algorithm?: 'MD5' | 'SHA-256';
}

interface Entry {
  file: string;
  etag: string | undefined;
  lastModified: boolean;
}

interface Span {
  start: number;
  end: number;
}

export interface Archive {
  /** `http://127.0.0.1:<port>` */
  url: string;
  port: number;
  requests: ArchiveRequest[];
  /** Connections open now. */
  openConnections(): number;
  /** Makes a file available; the ETag is a hash of its path, size and mtime unless given; `null`: none. */
  serve(path: string, file: string, options?: { etag?: string | null; lastModified?: boolean }): string;
  /** Each request to the path takes the next step; after the last one the file is served plainly. `*` is every path without steps of its own. */
  script(path: string, ...steps: ArchiveStep[]): void;
  /** The same step for every request to the path. */
  always(path: string, step: ArchiveStep): void;
  /** Every path needs these credentials from now on. */
  protect(auth: ArchiveAuth | undefined): void;
  /** The Date header is this far from the real time; null: no Date header. */
  setClockOffset(seconds: number | null): void;
  close(): Promise<void>;
}

const nonce = 'b7e2f9c04d';

function digestOf(auth: ArchiveAuth, request: IncomingMessage): boolean {
  const given = request.headers.authorization ?? '';
  const field = (name: string) => new RegExp(`${name}="?([^",]*)"?`).exec(given)?.[1] ?? '';
  const hash = (text: string) =>
    createHash(auth.algorithm === 'SHA-256' ? 'sha256' : 'md5')
      .update(text)
      .digest('hex');
  const key = hash(`${auth.user}:archive:${auth.password}`);
  const asked = hash(`${request.method}:${request.url}`);
  const wanted = hash(`${key}:${nonce}:${field('nc')}:${field('cnonce')}:auth:${asked}`);
  return given.startsWith('Digest ') && field('username') === auth.user && field('response') === wanted;
}

function isAuthorized(auth: ArchiveAuth, request: IncomingMessage): boolean {
  if (auth.scheme === 'digest') return digestOf(auth, request);
  const wanted = `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`;
  return request.headers.authorization === wanted;
}

function challengeOf(auth: ArchiveAuth): string {
  if (auth.scheme === 'basic') return 'Basic realm="archive"';
  return `Digest realm="archive", qop="auth", nonce="${nonce}", opaque="o", algorithm=${auth.algorithm ?? 'MD5'}`;
}

/** The asked part of the file, or undefined for the whole of it; `bad` when it begins behind the end. */
function spanOf(
  request: IncomingMessage,
  entry: Entry,
  size: number,
  step: ArchiveStep,
): Span | 'bad' | undefined {
  const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (!match || step.do === 'ignoreRange') return undefined;
  const condition = request.headers['if-range'];
  const isCurrent = condition === entry.etag || condition === modifiedOf(entry);
  if (condition !== undefined && !isCurrent && step.do !== 'ignoreIfRange') return undefined;
  const start = Number(match[1]);
  return start >= size ? 'bad' : { start, end: match[2] ? Math.min(Number(match[2]), size - 1) : size - 1 };
}

const modifiedOf = (entry: Entry) => statSync(entry.file).mtime.toUTCString();

/** Sends a part of the file as slowly as asked, and what the step does in the middle of it. */
function sendBody(response: ServerResponse, file: string, { start, end }: Span, step: ArchiveStep): void {
  const cutAt = 'bytes' in step && step.do !== 'contentLength' ? step.bytes : undefined;
  if (cutAt === 0) {
    response.flushHeaders();
    return afterCut(response, step);
  }
  const last = cutAt === undefined ? end : Math.min(end, start + cutAt - 1);
  if (step.do === 'drip') return drip(response, file, { start, end: last }, step.bytesPerSecond);
  const stream = createReadStream(file, { start, end: last });
  response.on('close', () => stream.destroy());
  stream.pipe(response, { end: cutAt === undefined && step.do !== 'contentLength' });
  if (cutAt !== undefined) stream.on('end', () => response.write('', () => afterCut(response, step)));
  if (step.do === 'contentLength') stream.on('end', () => response.socket?.end());
}

function afterCut(response: ServerResponse, step: ArchiveStep): void {
  // A reset may overtake bytes still on their way; these must arrive first.
  if (step.do === 'resetAfter') setTimeout(() => response.socket?.resetAndDestroy(), 50);
  if (step.do === 'closeAfter') response.socket?.end();
}

function drip(response: ServerResponse, file: string, { start, end }: Span, bytesPerSecond: number): void {
  const perTick = Math.max(1, Math.round(bytesPerSecond / 10));
  const everyMs = bytesPerSecond < 10 ? 1000 / bytesPerSecond : 100;
  const fd = openSync(file, 'r');
  let position = start;
  const timer = setInterval(() => {
    if (position > end) {
      clearInterval(timer);
      response.end();
      return;
    }
    // Read at once: two readings under way could overtake each other, and the body would be another file's.
    const piece = Buffer.alloc(Math.min(perTick, end - position + 1));
    readSync(fd, piece, 0, piece.length, position);
    response.write(piece);
    position += piece.length;
  }, everyMs);
  response.on('close', () => {
    clearInterval(timer);
    closeSync(fd);
  });
  response.flushHeaders();
}

function serveFile(
  request: IncomingMessage,
  response: ServerResponse,
  entry: Entry,
  step: ArchiveStep,
): void {
  const { size } = statSync(entry.file);
  const etag = step.do === 'ignoreIfRange' ? step.etag : entry.etag;
  if (etag !== undefined) response.setHeader('etag', etag);
  if (entry.lastModified) response.setHeader('last-modified', modifiedOf(entry));
  response.setHeader('content-type', 'application/octet-stream');
  const span = spanOf(request, entry, size, step);
  if (span === 'bad') {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    return;
  }
  const sent = span ?? { start: 0, end: size - 1 };
  const length = step.do === 'contentLength' ? step.bytes : sent.end - sent.start + 1;
  if (step.do === 'noLength') {
    response.useChunkedEncodingByDefault = false;
    response.setHeader('connection', 'close');
  } else if (step.do !== 'chunked') response.setHeader('content-length', length);
  if (step.do === 'contentLength') response.strictContentLength = false;
  if (span) response.writeHead(206, { 'content-range': `bytes ${sent.start}-${sent.end}/${size}` });
  else response.writeHead(200);
  if (request.method === 'HEAD' || size === 0) response.end();
  else sendBody(response, entry.file, sent, step);
}

/** Starts the server; close it in the test's end. */
export async function startArchive(): Promise<Archive> {
  const entries = new Map<string, Entry>();
  const scripts = new Map<string, ArchiveStep[]>();
  const constant = new Map<string, ArchiveStep>();
  const requests: ArchiveRequest[] = [];
  const sockets = new Set<Socket>();
  let auth: ArchiveAuth | undefined;
  let clockOffsetSeconds: number | null = 0;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? '/';
    const path = decodeURIComponent(url.split('?')[0] ?? '/');
    requests.push({ method: request.method ?? '', url, headers: request.headers, atMs: Date.now() });
    response.sendDate = false;
    if (clockOffsetSeconds !== null)
      response.setHeader('date', new Date(Date.now() + clockOffsetSeconds * 1000).toUTCString());
    if (auth && !isAuthorized(auth, request)) {
      response.writeHead(401, { 'www-authenticate': challengeOf(auth) }).end('who are you?');
      return;
    }
    const step = scripts.get(path)?.shift() ?? constant.get(path) ?? constant.get('*') ?? { do: 'serve' };
    if (step.do === 'hang') return;
    if (step.do === 'status')
      return void response.writeHead(step.status, step.headers).end(step.body ?? 'no');
    if (step.do === 'redirect')
      return void response.writeHead(step.status ?? 302, { location: step.location }).end();
    if (step.do === 'html')
      return void response.setHeader('content-type', 'text/html').end('<html><h1>Please sign in</h1></html>');
    const entry = entries.get(path) ?? entries.get(url);
    if (!entry) return void response.writeHead(404).end('nothing here');
    serveFile(request, response, entry, step);
  }

  const server = http.createServer(answer);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  return {
    url: base,
    port,
    requests,
    openConnections: () => sockets.size,
    serve(path, file, options = {}) {
      const { size, mtimeMs } = statSync(file);
      const made = `"${createHash('sha256').update(`${file} ${size} ${mtimeMs}`).digest('hex').slice(0, 16)}"`;
      const etag = options.etag === null ? undefined : (options.etag ?? made);
      entries.set(path, { file, etag, lastModified: options.lastModified ?? false });
      return base + path;
    },
    script: (path, ...steps) => void scripts.set(path, steps),
    always: (path, step) => void constant.set(path, step),
    protect: (wanted) => void (auth = wanted),
    setClockOffset: (seconds) => void (clockOffsetSeconds = seconds),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
