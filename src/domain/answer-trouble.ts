// What an HTTP status means when a small thing was asked of somebody: a calendar's feed read, a webhook told.
import type { FaultType } from './fault.ts';

export interface AnswerTrouble {
  type: FaultType;
  /** Follows the name of the other side. */
  words: string;
}

const busy: AnswerTrouble = { type: 'SourceBusy', words: 'asks to come back later' };
const refused: AnswerTrouble = { type: 'AuthRejected', words: 'refuses the credentials' };
const absent: AnswerTrouble = { type: 'NotFound', words: 'is not there (any more)' };

const byStatus: Readonly<Record<number, AnswerTrouble>> = {
  401: refused,
  403: refused,
  404: absent,
  407: refused,
  408: busy,
  410: absent,
  425: busy,
  429: busy,
  503: busy,
};

/** Undefined for 2xx. Redirects are refused: whoever asks decides before it asks where a secret goes. */
export function answerTrouble(status: number): AnswerTrouble | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400)
    return { type: 'ForbiddenUrl', words: 'redirects elsewhere, which is not followed' };
  return (
    byStatus[status] ??
    (status >= 500
      ? { type: 'SourceUnreachable', words: 'fails on its side' }
      : { type: 'InputInvalid', words: 'refuses the request' })
  );
}
