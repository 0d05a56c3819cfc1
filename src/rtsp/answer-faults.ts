// What a camera's answer that is no description, or a connection that failed, means as a fault of the source; pure.
import { connectionTrouble } from '../domain/connection-trouble.ts';
import { Fault, type FaultType } from '../domain/fault.ts';
import { retryAfterSeconds } from '../domain/retry-after.ts';
import type { RtspAnswer } from './answer-reader.ts';

const byStatus: Record<number, FaultType> = {
  401: 'AuthRejected',
  403: 'AuthRejected',
  404: 'SourceMissing',
  408: 'SourceBusy',
  410: 'SourceMissing',
  429: 'SourceBusy',
  453: 'SourceBusy',
  503: 'SourceBusy',
};

const meanings: Partial<Record<FaultType, string>> = {
  AuthRejected: 'refuses the login',
  SourceMissing: 'has no stream under this path',
  SourceBusy: 'is busy and asks to come back later',
  SourceUnreachable: 'fails on its side',
  InputInvalid: 'refuses the request',
};

/** The fault of an answer that is neither 200 nor a redirect. Other 5xx are trouble of the camera; other 3xx and 4xx mean that the address is wrong. */
export function faultOfAnswer(answer: RtspAnswer, from: string): Fault {
  const { status, headers } = answer;
  const type = byStatus[status] ?? (status >= 500 ? 'SourceUnreachable' : 'InputInvalid');
  const waitSeconds = retryAfterSeconds(headers.get('retry-after')?.[0], Date.now());
  return new Fault(type, `The camera at ${from} ${meanings[type]} (RTSP ${status}).`, {
    status,
    ...(waitSeconds !== undefined && { retryAfterSeconds: waitSeconds }),
  });
}

/** The fault of a connection that failed or broke off; a Fault passes through untouched. */
export function faultOfConnection(error: unknown, from: string): Fault {
  if (error instanceof Fault) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  // OpenSSL's words for a peer that sends no TLS, or none that we speak.
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return new Fault('MediaUnreadable', `The camera at ${from} speaks no TLS that we know.`, { code });
  const trouble = connectionTrouble[code] ?? `cannot be reached (${code || 'no reason given'})`;
  return new Fault('SourceUnreachable', `The camera at ${from} ${trouble}.`, { code });
}
