// One request to MediaMTX's Control API: JSON in and out, Basic authentication, bounded in time.
import type { Credentials } from '../domain/url.ts';
import { Fault } from '../domain/fault.ts';
import type { TextDocument } from './http-source.ts';

export interface ApiAsk {
  /** `http://host:port` of the Control API. */
  baseUrl: string;
  credentials?: Credentials | undefined;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/v3/`. */
  path: string;
  body?: object;
  signal: AbortSignal;
}

/** It answers in milliseconds when it is alive. */
const answerSeconds = 5;

/** Any status is an answer. @throws Fault SourceUnreachable; the signal's reason when it was aborted */
export async function askApi({
  baseUrl,
  credentials,
  method,
  path,
  body,
  signal,
}: ApiAsk): Promise<TextDocument> {
  const url = `${baseUrl.replace(/\/*$/, '')}/v3/${path}`;
  const headers: Record<string, string> = {};
  if (credentials)
    headers['authorization'] =
      `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;
  if (body) headers['content-type'] = 'application/json';
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerSeconds * 1000)]),
    });
    return { status: response.status, text: await response.text(), url };
  } catch (error) {
    signal.throwIfAborted();
    const reason =
      error instanceof Error ? ((error.cause as Error | undefined)?.message ?? error.message) : '';
    throw new Fault(
      'SourceUnreachable',
      `MediaMTX does not answer at ${url} (${reason}).`,
      {},
      { cause: error },
    );
  }
}
