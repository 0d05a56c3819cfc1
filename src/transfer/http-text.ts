// A small text document from a source, bounded in size; for lists and status documents, never for media.
import { Fault } from '../domain/fault.ts';
import { faultOfConnection } from './http-faults.ts';
import { discard, type HttpAnswer } from './http-open.ts';
import { watchProgress, type StallRule } from './stall-watch.ts';

export interface TextAnswer {
  status: number;
  text: string;
  contentType?: string;
  retryAfter?: string;
  /** redacted */
  url: string;
}

export interface ReadTextSpec {
  answer: HttpAnswer;
  /** Default 16 MiB: a day of spans is far smaller. */
  maxBytes?: number;
  stallRule: StallRule;
  signal: AbortSignal;
}

const defaultMaxBytes = 16 << 20;

/** Reads the whole answer as UTF-8. Fails with SourceUnreachable, SourceStalled or MediaUnreadable (too long). */
export async function readText(spec: ReadTextSpec): Promise<TextAnswer> {
  const { answer, maxBytes = defaultMaxBytes, signal } = spec;
  const { response, status, url } = answer;
  const chunks: Buffer[] = [];
  let receivedBytes = 0;
  const watch = watchProgress({ ...spec.stallRule, minBytesPerSecond: 1 }, () =>
    response.destroy(new Fault('SourceStalled', `The source stopped in the middle of a document: ${url}.`)),
  );
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      receivedBytes += chunk.length;
      watch.received(receivedBytes);
      if (receivedBytes > maxBytes)
        throw new Fault('MediaUnreadable', `The document is longer than ${maxBytes} bytes: ${url}.`);
      chunks.push(chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw faultOfConnection({ error, url, receivedBytes });
  } finally {
    watch.stop();
    discard(response);
  }
  const { 'content-type': contentType, 'retry-after': retryAfter } = response.headers;
  return {
    status,
    text: Buffer.concat(chunks).toString('utf8'),
    url,
    ...(contentType !== undefined && { contentType }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}
