// Downloads one file of a source over HTTP to disk: resumable, hashed while it comes, limited per host, dropped when it trickles.
import { stat } from 'node:fs/promises';
import { archiveClockOffset } from './clock.ts';
import { createConnectionLimits } from './connection-limits.ts';
import { createHashedFiles, type HashedFiles } from './hashed-files.ts';
import { createHttpOpen, discard, type HttpAnswer, type HttpAsk, type HttpOpen } from './http-open.ts';
import { readText, type TextAnswer } from './http-text.ts';
import { judgeAnswer } from './judge-answer.ts';
import { receiveBody } from './receive-body.ts';
import { rangeHeaders, removeResumeNote, type ResumePoint } from './resume-point.ts';
import type { StallRule } from './stall-watch.ts';

export interface DownloaderSettings {
  /** Connections to one host at once, and to all hosts, in this process. */
  perHost: number;
  total: number;
  /** A source that sends fewer than minBytesPerSecond over this long is dropped; also the longest wait for the answer's headers. */
  stallSeconds: number;
  connectSeconds: number;
  /** `host` or `host:port` that redirects may lead to. Default: none but the host asked. */
  allowedRedirectHosts?: readonly string[];
  /** Loopback and private addresses; default true, because cameras live in private networks. Link-local and metadata addresses are refused always. */
  allowPrivate?: boolean;
  /** Default 1024. */
  minBytesPerSecond?: number;
}

export interface DownloadRequest extends Omit<HttpAsk, 'method'> {
  toPath: string;
  /** Where an earlier owner stopped (see readResumePoint); absent: begin at byte 0. */
  resume?: ResumePoint | undefined;
  /** Bytes of the file that stand on disk so far; called as they are written. */
  onBytes?: (writtenBytes: number) => void;
  /** Called every second while a connection limit makes the download wait. */
  onWaiting?: () => void;
  /** More than this is no segment: fails with MediaUnreadable. */
  maxBytes?: number;
}

export interface DownloadResult {
  sizeBytes: number;
  /** of the whole file as it lies on disk, hex */
  sha256: string;
  /** False when the source closed without having told a length, so that nothing proves the end. */
  complete: boolean;
  status: number;
  etag?: string;
  lastModified?: string;
  contentType?: string;
  /** The source's own clock (Date header), ISO 8601. */
  serverDate?: string;
  /** Bytes that were already there. */
  resumedFromBytes: number;
}

export type Download = (request: DownloadRequest) => Promise<DownloadResult>;

export interface Downloader {
  download: Download;
  /** A small text document under the same rules; any status is an answer. */
  fetchText(ask: HttpAsk & { maxBytes?: number; onWaiting?: () => void }): Promise<TextAnswer>;
  /** Seconds that the source's clock is ahead of ours, from its Date header; null when it tells none. */
  clockOffset(ask: Omit<HttpAsk, 'method' | 'headers'>): Promise<number | null>;
  close(): Promise<void>;
}

interface AttemptDeps {
  open: HttpOpen;
  files: HashedFiles;
  stallRule: StallRule;
}

async function attempt(
  deps: AttemptDeps,
  request: DownloadRequest & { resume: ResumePoint | undefined },
): Promise<DownloadResult> {
  const { resume, toPath, signal, maxBytes, onBytes } = request;
  const headers = { ...request.headers, ...(resume && rangeHeaders(resume)) };
  const answer = await deps.open({ ...request, headers });
  const { status, url, response } = answer;
  const plan = judgeAnswer({ status, url, headers: response.headers, nowMs: Date.now() }, resume);
  if (plan.kind === 'fault' || plan.kind === 'restart') {
    discard(response);
    if (plan.kind === 'fault') throw plan.fault;
    return attempt(deps, { ...request, resume: undefined });
  }
  const { files, stallRule } = deps;
  const validators = plan.kind === 'receive' ? plan.validators : undefined;
  const { keepBytes, complete } = plan;
  const body = await receiveBody({
    answer,
    validators,
    keepBytes,
    toPath,
    files,
    stallRule,
    signal,
    onBytes,
    maxBytes,
  });
  await removeResumeNote(toPath);
  return { ...factsOf(answer), ...body, complete, resumedFromBytes: keepBytes };
}

/**
 * Failures: SourceMissing, SourceBusy, SourceUnreachable, SourceStalled, AuthRejected, ForbiddenUrl, InputInvalid, MediaUnreadable,
 * DiskFull, StorageFault. After SourceUnreachable, SourceStalled or an abort the partial and its resume note stay at toPath.
 */
export function createDownloader(settings: DownloaderSettings): Downloader {
  const { stallSeconds, connectSeconds } = settings;
  const limits = createConnectionLimits(settings);
  const files = createHashedFiles();
  const open = createHttpOpen({
    connectSeconds,
    answerSeconds: stallSeconds,
    allowedRedirectHosts: settings.allowedRedirectHosts ?? [],
    allowPrivate: settings.allowPrivate ?? true,
  });
  const stallRule = { stallSeconds, minBytesPerSecond: settings.minBytesPerSecond ?? 1024 };

  /** Holds a connection slot of the host for as long as `work` runs. */
  async function limited<T>(ask: HttpAsk & { onWaiting?: () => void }, work: () => Promise<T>): Promise<T> {
    const { signal, onWaiting } = ask;
    const release = await limits.acquire({ host: hostOf(ask.url), signal, onWaiting });
    try {
      return await work();
    } finally {
      release();
    }
  }

  return {
    download: (request) =>
      limited(request, async () => {
        const resume = request.resume && (await clipToFile(request.resume, request.toPath));
        return attempt({ open, files, stallRule }, { ...request, resume });
      }),
    fetchText: (ask) => limited(ask, async () => readText({ answer: await open(ask), ...ask, stallRule })),
    clockOffset: (ask) => limited(ask, () => archiveClockOffset(open, ask)),
    close: () => files.close(),
  };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : url;
}

/** The partial on disk may be shorter than noted (it was lost) but never counts for more than noted. */
async function clipToFile(resume: ResumePoint, path: string): Promise<ResumePoint | undefined> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  const bytes = Math.min(resume.bytes, size);
  return bytes > 0 ? { ...resume, bytes } : undefined;
}

function factsOf({ response, status }: HttpAnswer) {
  const { etag, date, 'last-modified': lastModified, 'content-type': contentType } = response.headers;
  const serverMs = Date.parse(date ?? '');
  return {
    status,
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { lastModified }),
    ...(contentType !== undefined && { contentType }),
    ...(!Number.isNaN(serverMs) && { serverDate: new Date(serverMs).toISOString() }),
  };
}
