// The text of a calendar feed, from an address or a file, bounded in size. An address often holds the key of the calendar: messages name its host alone.
import { readFile, stat } from 'node:fs/promises';
import { answerTrouble } from '../domain/answer-trouble.ts';
import { Fault, isFault } from '../domain/fault.ts';
import { retryAfterSeconds } from '../domain/retry-after.ts';

/** `Downloader.fetchText` of the transfer room fits. */
export type FetchText = (ask: {
  url: string;
  headers: Readonly<Record<string, string>>;
  maxBytes: number;
  signal: AbortSignal;
}) => Promise<{ status: number; text: string; retryAfter?: string }>;

export interface TextAsk {
  /** http(s), or an absolute path. */
  address: string;
  fetchText: FetchText;
  maxBytes: number;
  signal: AbortSignal;
}

/** Throws Fault NotFound, AuthRejected, SourceBusy, SourceUnreachable, SourceStalled, ForbiddenUrl, InputInvalid, StorageFault. */
export function readFeedText(ask: TextAsk): Promise<string> {
  return ask.address.startsWith('/') ? textOfFile(ask) : textOfAddress(ask);
}

const tooLong = (what: string, maxBytes: number): Fault =>
  new Fault('InputInvalid', `${what} is longer than ${maxBytes} bytes.`);

async function textOfFile({ address, maxBytes, signal }: TextAsk): Promise<string> {
  const what = `The calendar feed ${JSON.stringify(address)}`;
  try {
    const { size, isFile } = await stat(address).then((found) => ({
      size: found.size,
      isFile: found.isFile(),
    }));
    if (!isFile) throw new Fault('InputInvalid', `${what} is no file.`);
    if (size > maxBytes) throw tooLong(what, maxBytes);
    return await readFile(address, { encoding: 'utf8', signal });
  } catch (error) {
    signal.throwIfAborted();
    if (isFault(error)) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new Fault('NotFound', `${what} is not there.`);
    if (code === 'EACCES') throw new Fault('AuthRejected', `${what} may not be read by this user.`);
    throw new Fault('StorageFault', `${what} cannot be read (${code}).`);
  }
}

async function textOfAddress({ address, fetchText, maxBytes, signal }: TextAsk): Promise<string> {
  const host = URL.canParse(address) ? new URL(address).host : 'an address that cannot be read';
  const what = `The calendar feed at ${host}`;
  try {
    const headers = { accept: 'text/calendar, text/plain;q=0.5, */*;q=0.1' };
    const { status, text, retryAfter } = await fetchText({ url: address, headers, maxBytes, signal });
    const trouble = answerTrouble(status);
    if (!trouble) return text;
    const waitSeconds = retryAfterSeconds(retryAfter, Date.now());
    throw new Fault(trouble.type, `${what} ${trouble.words}: HTTP ${status}.`, {
      status,
      ...(waitSeconds === undefined ? {} : { retryAfterSeconds: waitSeconds }),
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!isFault(error)) throw error;
    if (error.message.startsWith(what)) throw error;
    if (error.type === 'MediaUnreadable') throw tooLong(what, maxBytes);
    throw new Fault(error.type, `${what} ${words[error.type] ?? 'cannot be read'}.`);
  }
}

const words: Readonly<Record<string, string>> = {
  ForbiddenUrl: 'leads to an address or redirect that is not allowed',
  SourceStalled: 'stopped in the middle',
  SourceUnreachable: 'cannot be reached',
};
