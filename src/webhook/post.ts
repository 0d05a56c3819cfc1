// One small POST to a webhook: resolved once, timed, answer bounded, no redirect followed. No part of the address or body enters a message.
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { answerTrouble } from '../domain/answer-trouble.ts';
import { connectionTrouble } from '../domain/connection-trouble.ts';
import { Fault, isFault } from '../domain/fault.ts';
import { retryAfterSeconds } from '../domain/retry-after.ts';
import { parseSourceUrl, serializeUrl } from '../domain/url.ts';

export interface ResolvedHost {
  address: string;
  family: 4 | 6;
}

export interface PostSettings {
  /** From the name's resolution to the last byte of the answer. */
  requestSeconds: number;
  /** Judges a host and answers the one address to connect to; throws Fault ForbiddenUrl, SourceUnreachable. */
  resolve: (host: string) => Promise<ResolvedHost>;
}

export interface Post {
  /** How messages name the webhook. */
  name: string;
  /** Secret. */
  url: string;
  /** Secret. */
  headers: Readonly<Record<string, string>>;
  body: string;
  signal: AbortSignal;
}

const maxAnswerBytes = 65_536;

/**
 * Resolves with the text of an answer 2xx. Throws Fault SourceBusy (with Retry-After), SourceUnreachable, AuthRejected, NotFound,
 * ForbiddenUrl, InputInvalid.
 */
export async function post(settings: PostSettings, request: Post): Promise<string> {
  const target = targetOf(request);
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(settings.requestSeconds * 1000)]);
  try {
    const resolved = await abortable(settings.resolve(target.hostname), signal);
    const answer = await exchange({ request, target, resolved, signal });
    const trouble = answerTrouble(answer.statusCode ?? 0);
    if (!trouble) return await textOf(answer);
    answer.destroy();
    const waitSeconds = retryAfterSeconds(answer.headers['retry-after'], Date.now());
    throw new Fault(trouble.type, `${shown(request, target)} ${trouble.words}: HTTP ${answer.statusCode}.`, {
      status: answer.statusCode,
      ...(waitSeconds === undefined ? {} : { retryAfterSeconds: waitSeconds }),
    });
  } catch (error) {
    request.signal.throwIfAborted();
    throw faultOf(error, { request, target, signal, ...settings });
  }
}

const shown = ({ name }: Post, { host }: URL): string => `The webhook ${name} at ${host}`;

function targetOf({ name, url }: Post): URL {
  try {
    const parts = parseSourceUrl(url, ['http', 'https']);
    if (parts.user === undefined) return new URL(serializeUrl(parts));
  } catch {
    // The refusal would show the address, and that often is the secret.
  }
  throw new Fault(
    'ForbiddenUrl',
    `The address of the webhook ${name} is no plain http(s) address without a login in it.`,
  );
}

interface Exchange {
  request: Post;
  target: URL;
  resolved: ResolvedHost;
  signal: AbortSignal;
}

function exchange({ request, target, resolved, signal }: Exchange): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const body = Buffer.from(request.body);
  const sent = (target.protocol === 'https:' ? https : http).request(target, {
    method: 'POST',
    agent: false,
    headers: { ...request.headers, 'content-length': body.length },
    lookup: (_host, options, callback) => {
      if (options.all) callback(null, [resolved]);
      else callback(null, resolved.address, resolved.family);
    },
    signal,
  });
  sent.once('response', resolve);
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', onAbort));
}

function faultOf(
  error: unknown,
  { request, target, signal, requestSeconds }: Omit<Exchange, 'resolved'> & { requestSeconds: number },
): Fault {
  if (isFault(error)) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  const words = signal.aborted
    ? `did not answer within ${requestSeconds} s`
    : (connectionTrouble[code] ?? `failed (${code || 'the connection broke'})`);
  return new Fault('SourceUnreachable', `${shown(request, target)} ${words}.`, { code });
}
