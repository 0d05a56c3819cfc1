// Calendars without Google: an ICS feed by address or file, read into the events of a range.
import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { Fault } from '../domain/fault.ts';
import type { FeedQuestion, FeedReading, FeedWord } from './feed-event.ts';
import { readFeedText, type FetchText } from './read-text.ts';

export interface CalendarFeedSettings {
  fetchText: FetchText;
  /** Default 8 MiB: ten years of a busy room. */
  maxBytes?: number;
  /** Reading the text may take so long; default 20. */
  parseSeconds?: number;
}

export interface FeedAsk extends Omit<FeedQuestion, 'text'> {
  /** http(s), or an absolute path; it may hold the calendar's key. */
  address: string;
  /** Digest of the text that was read last; when nothing has changed since, there is no answer but that. */
  unless?: string | undefined;
  signal: AbortSignal;
}

export interface CalendarFeed {
  /**
   * All events that touch the range, and those that cannot be read, by name; undefined when the text is the one that `unless` names. Throws Fault InputInvalid for what is no
   * calendar or too much of one, and those of reading: NotFound, AuthRejected, SourceBusy, SourceUnreachable, SourceStalled, ForbiddenUrl,
   * StorageFault.
   */
  read(ask: FeedAsk): Promise<(FeedReading & { digest: string }) | undefined>;
}

const threadUrl = new URL(
  import.meta.url.endsWith('.ts') ? './feed-thread.ts' : './feed-thread.js',
  import.meta.url,
);

const heapMegabytes = 384;

export function createCalendarFeed(settings: CalendarFeedSettings): CalendarFeed {
  const { fetchText, maxBytes = 8 << 20, parseSeconds = 20 } = settings;
  return {
    async read({ address, unless, signal, ...range }) {
      const text = await readFeedText({ address, fetchText, maxBytes, signal });
      const digest = createHash('sha256').update(text).digest('hex');
      if (digest === unless) return undefined;
      return { ...(await parse({ ...range, text }, { parseSeconds, signal })), digest };
    },
  };
}

interface Patience {
  parseSeconds: number;
  signal: AbortSignal;
}

/** Each costs the whole time, and a calendar has none of them unless somebody means ill. */
const mostSkipped = 2;

/** A series whose rule takes for ever is left out, as any event that cannot be read. */
async function parse(question: Omit<FeedQuestion, 'skipped'>, patience: Patience): Promise<FeedReading> {
  const skipped: string[] = [];
  for (;;) {
    const end = await parseOnce({ ...question, skipped }, patience);
    if ('events' in end) return end;
    if (end.stuckAt === undefined || skipped.length === mostSkipped)
      throw new Fault(
        'InputInvalid',
        `The calendar feed takes longer than ${patience.parseSeconds} s to read.`,
      );
    skipped.push(end.stuckAt);
  }
}

/** Rules of a feed can be made to cost any time: a thread can be ended. */
async function parseOnce(
  question: FeedQuestion,
  { parseSeconds, signal }: Patience,
): Promise<FeedReading | { stuckAt: string | undefined }> {
  const worker = new Worker(threadUrl, {
    name: 'longtake-feed',
    workerData: question,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  });
  const { promise, resolve, reject } = Promise.withResolvers<
    Exclude<FeedWord, { series: unknown }> | { stuckAt: string | undefined }
  >();
  let stuckAt: string | undefined;
  const timer = setTimeout(() => resolve({ stuckAt }), parseSeconds * 1000);
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  worker.on('message', (word: FeedWord) => {
    if ('series' in word) stuckAt = word.series;
    else resolve(word);
  });
  worker.once('error', () =>
    reject(new Fault('InputInvalid', 'The calendar feed needs more memory than a calendar may.')),
  );
  try {
    const answer = await promise;
    if (!('problem' in answer)) return answer;
    throw new Fault('InputInvalid', `The calendar feed cannot be read: ${answer.problem}.`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}
