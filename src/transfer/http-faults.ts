// What an HTTP answer or a broken connection means, as faults of the source; pure.
import { connectionTrouble } from '../domain/connection-trouble.ts';
import { Fault, type FaultType } from '../domain/fault.ts';
import { retryAfterSeconds } from '../domain/retry-after.ts';

const byStatus: Record<number, FaultType> = {
  204: 'SourceMissing',
  401: 'AuthRejected',
  403: 'AuthRejected',
  404: 'SourceMissing',
  407: 'AuthRejected',
  408: 'SourceBusy',
  410: 'SourceMissing',
  425: 'SourceBusy',
  429: 'SourceBusy',
  453: 'SourceBusy',
  503: 'SourceBusy',
};

const meanings: Partial<Record<FaultType, string>> = {
  SourceMissing: 'has nothing for this time',
  AuthRejected: 'refuses the credentials',
  SourceBusy: 'asks to come back later',
  SourceUnreachable: 'fails on its side',
  InputInvalid: 'refuses the request',
};

export interface AnswerFacts {
  status: number;
  retryAfter: string | undefined;
  /** redacted */
  url: string;
  nowMs: number;
}

/** The fault of an answer that is neither 200 nor 206. Other 5xx are trouble of the source; other 4xx mean that the request is wrong. */
export function faultOfStatus({ status, retryAfter, url, nowMs }: AnswerFacts): Fault {
  const type = byStatus[status] ?? (status >= 500 ? 'SourceUnreachable' : 'InputInvalid');
  const waitSeconds = retryAfterSeconds(retryAfter, nowMs);
  return new Fault(type, `The source ${meanings[type]}: HTTP ${status} from ${url}.`, {
    status,
    ...(waitSeconds !== undefined && { retryAfterSeconds: waitSeconds }),
  });
}

export interface BrokenConnection {
  error: unknown;
  /** redacted */
  url: string;
  receivedBytes?: number;
}

/** The fault of a connection that failed or broke off; a Fault passes through untouched. */
export function faultOfConnection({ error, url, receivedBytes }: BrokenConnection): Fault {
  if (error instanceof Fault) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const trouble =
    connectionTrouble[code] ??
    (code.startsWith('HPE_') ? `sends no valid HTTP (${code})` : `failed (${code || String(error)})`);
  const details = { code, ...(receivedBytes !== undefined && { receivedBytes }) };
  const after = receivedBytes ? ` after ${receivedBytes} bytes` : '';
  return new Fault('SourceUnreachable', `The source ${trouble}${after}: ${url}.`, details, { cause: error });
}
