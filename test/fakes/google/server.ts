// Google on a free loopback port: starts the stand-in, lets each request suffer what the script says, and shows what it holds.
import { mkdtemp, rm } from 'node:fs/promises';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { emptyAnswer, jsonAnswer, send, type Answer } from './answer.ts';
import { apiNameOf, dispatch, type Incoming } from './dispatch.ts';
import { Uploads } from './drive-upload.ts';
import { Faults, type FaultAction, type FaultStep } from './faults.ts';
import { badRequest, ConnectionCut, errorBody, GoogleError, namedErrors } from './google-error.ts';
import { Journal, type JournalEntry } from './journal.ts';
import { answerOauth, oauthNameOf } from './oauth-routes.ts';
import { Shelf } from './shelf.ts';
import { World } from './world.ts';

/** JSON and uploads in one request; what is larger goes by a session. */
const mostBodyBytes = 64 * 1024 * 1024;

/** The stand-in for Google, and what a test sees of it. */
export class GoogleFake extends Shelf implements AsyncDisposable {
  readonly journal = new Journal();
  readonly uploads: Uploads;
  /** Who sits at the browser that a program opens for sign-in. */
  browserEmail = '';
  readonly #faults = new Faults();
  readonly #sockets = new Set<Socket>();
  readonly #server: http.Server;

  constructor(world: World) {
    super(world);
    this.uploads = new Uploads(world);
    this.#server = http.createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => this.#fail(response, error));
    });
    // Uploads may stand still for as long as a test wants.
    this.#server.requestTimeout = 0;
    // Clients end idle lines: one that both ends close at once looks like a fault that no script asked for.
    this.#server.keepAliveTimeout = 0;
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** `http://127.0.0.1:<port>`; stands for every host of googleapis.com. */
  get url(): string {
    return this.world.url;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    this.world.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Adds steps to the script of faults. */
  script(steps: readonly FaultStep[]): void {
    this.#faults.add(steps);
  }

  clearScript(): void {
    this.#faults.clear();
  }

  /** Steps of the script that no request has met. */
  unstruckFaults(): FaultStep[] {
    return this.#faults.unstruck();
  }

  /** Every session that is not finished ends. */
  expireUploads(status: 404 | 410 = 404): void {
    this.uploads.expireAll(status);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.world.drive.directory, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A line that breaks is told by reading; nobody else listens.
    request.on('error', () => undefined);
    const url = new URL(request.url ?? '/', this.url);
    const entry = this.#note(request, url);
    const fault = this.#faults.next(entry);
    if (fault) entry.fault = fault.do;
    const given = await this.#before(fault, request, entry);
    if (given === 'nothing') return;
    const answer = given ?? (await this.#run({ request, url, entry, fault }));
    if (fault?.do === 'applyThenDrop') throw new ConnectionCut();
    if (fault?.do === 'applyThenHang') return;
    const sent =
      fault?.do === 'applyThenStatus' ? jsonAnswer(fault.status, this.#unlucky(fault.status, entry)) : answer;
    entry.status = sent.status;
    // Refused in the middle of a body: what is left of it must not be read as the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    request.resume();
    await send(response, sent, fault?.do === 'cutAnswerAfterBytes' ? fault.bytes : undefined);
  }

  #unlucky(code: number, { api }: JournalEntry): unknown {
    const spec = { code, reason: 'backendError', message: 'Backend Error' };
    return errorBody(spec, api.startsWith('classroom') || api.startsWith('sheets') ? 'classroom' : 'drive');
  }

  #note(request: IncomingMessage, url: URL): JournalEntry {
    const method = request.method ?? '';
    const { headers } = request;
    const secret = new Set(['upload_id', 'access_token', 'oauth_token', 'code', 'token', 'code_challenge']);
    const query = Object.fromEntries([...url.searchParams].filter(([name]) => !secret.has(name)));
    const entry: JournalEntry = {
      method,
      path: url.pathname,
      query,
      api: oauthNameOf(method, url.pathname) ?? apiNameOf(request, url),
      headers: {
        ...(headers['if-match'] !== undefined && { ifMatch: headers['if-match'] }),
        ...(headers.range !== undefined && { range: headers.range }),
        ...(headers['content-range'] !== undefined && { contentRange: headers['content-range'] }),
        ...(headers['user-agent'] !== undefined && { userAgent: headers['user-agent'] }),
      },
      receivedBytes: 0,
      atMs: this.world.clock.nowMs(),
    };
    this.journal.entries.push(entry);
    return entry;
  }

  /** Faults that strike before anything is done: an answer, silence, or a broken line. */
  async #before(
    fault: FaultAction | undefined,
    request: IncomingMessage,
    entry: JournalEntry,
  ): Promise<Answer | 'nothing' | undefined> {
    if (fault?.do === 'drop') throw new ConnectionCut();
    if (fault?.do === 'hang') return 'nothing';
    if (fault?.do === 'delay') await pause(fault.ms);
    if (fault?.do === 'cutAfterBytes' && entry.api !== 'drive.upload.put') {
      await this.#discard(request, fault.bytes);
      throw new ConnectionCut();
    }
    if (fault?.do === 'status') {
      const { status, body, headers = {} } = fault;
      return body === undefined ? emptyAnswer(status, headers) : jsonAnswer(status, body, headers);
    }
    if (fault?.do !== 'error') return undefined;
    const { name, retryAfterSeconds: wait } = fault;
    const api = entry.api.startsWith('classroom') || entry.api.startsWith('sheets') ? 'classroom' : 'drive';
    const headers: Record<string, string> = wait === undefined ? {} : { 'retry-after': String(wait) };
    return jsonAnswer(namedErrors[name].code, errorBody(namedErrors[name], api), headers);
  }

  async #discard(request: IncomingMessage, bytes: number): Promise<void> {
    let read = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      read += chunk.length;
      if (read >= bytes) return;
    }
  }

  async #run(
    given: Pick<Incoming, 'request' | 'url' | 'entry'> & { fault: FaultAction | undefined },
  ): Promise<Answer> {
    const { request, entry, fault } = given;
    const incoming: Incoming = {
      ...given,
      pieceFaults: {
        ...(fault?.do === 'cutAfterBytes' && { cutAfterBytes: fault.bytes }),
        ...(fault?.do === 'commitAtMost' && { commitAtMostBytes: fault.bytes }),
        onBytes: (bytes) => (entry.receivedBytes += bytes),
      },
      readBody: async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request as AsyncIterable<Buffer>) {
          entry.receivedBytes += chunk.length;
          if (entry.receivedBytes > mostBodyBytes)
            throw badRequest('Request payload size exceeds the limit.', undefined, 'uploadTooLarge');
          chunks.push(chunk);
        }
        return Buffer.concat(chunks);
      },
    };
    if (entry.api.startsWith('oauth.')) return answerOauth(this.world, incoming, this.browserEmail);
    return dispatch(this.world, this.uploads, incoming);
  }

  #fail(response: ServerResponse, error: unknown): void {
    const isCut =
      error instanceof ConnectionCut || response.destroyed || (response.socket?.destroyed ?? true);
    if (isCut) {
      response.socket?.destroy();
      return;
    }
    // A fault of the stand-in itself: loud, so that a test does not take it for one of Google's.
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const body = error instanceof GoogleError ? errorBody(error.spec, 'drive') : { fakeFailed: message };
    if (!response.headersSent) response.writeHead(599, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }
}

/** Starts it; close it in the test's end. */
export async function startGoogle({ port = 0 } = {}): Promise<GoogleFake> {
  const fake = new GoogleFake(new World(await mkdtemp(join(tmpdir(), 'longtake-google-'))));
  await fake.listen(port);
  return fake;
}
