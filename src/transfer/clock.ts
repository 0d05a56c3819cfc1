// How far an archive's clock is from ours, told by the Date header of any answer.
import { isFault } from '../domain/fault.ts';
import { discard, type HttpOpen } from './http-open.ts';
import type { Credentials } from '../domain/url.ts';

export interface ClockAsk {
  url: string;
  credentials?: Credentials | undefined;
  signal: AbortSignal;
}

/** Date headers have whole seconds: on average the instant lies half a second behind them. */
const halfResolutionMs = 500;

/**
 * Seconds that the source's clock is ahead of ours (negative: behind), to about half a second; null when it tells none.
 * Any status will do. Fails like a download when no answer comes.
 */
export async function archiveClockOffset(open: HttpOpen, ask: ClockAsk): Promise<number | null> {
  let askedMs = Date.now();
  // Some recorders drop the connection on HEAD; one byte of a GET tells the same.
  const { response } = await open({ ...ask, method: 'HEAD' }).catch((error: unknown) => {
    if (!isFault(error, 'SourceUnreachable')) throw error;
    askedMs = Date.now();
    return open({ ...ask, headers: { range: 'bytes=0-0' } });
  });
  const answeredMs = Date.now();
  discard(response);
  const serverMs = Date.parse(response.headers.date ?? '');
  if (Number.isNaN(serverMs)) return null;
  return (serverMs + halfResolutionMs - (askedMs + answeredMs) / 2) / 1000;
}
