// What an answer to a download means for the bytes that are already there; pure.
import type { IncomingHttpHeaders } from 'node:http';
import { Fault } from '../domain/fault.ts';
import { faultOfStatus } from './http-faults.ts';
import {
  isSameFile,
  parseContentRange,
  validatorsOf,
  type ResumePoint,
  type Validators,
} from './resume-point.ts';

export interface AnswerHead {
  status: number;
  headers: IncomingHttpHeaders;
  /** redacted */
  url: string;
  nowMs: number;
}

export type AnswerPlan =
  | { kind: 'receive'; keepBytes: number; complete: boolean; validators: Validators }
  | { kind: 'alreadyComplete'; keepBytes: number; complete: true }
  | { kind: 'restart' }
  | { kind: 'fault'; fault: Fault };

/** 206 goes on, 200 begins anew, 416 may mean that nothing is left to send; a partial of another file is never gone on with. */
export function judgeAnswer(head: AnswerHead, resume: ResumePoint | undefined): AnswerPlan {
  const { status, headers, url, nowMs } = head;
  const encoding = headers['content-encoding'];
  if ((status === 200 || status === 206) && encoding !== undefined && encoding !== 'identity') {
    const message = `The source sends ${encoding} although plain bytes were asked: ${url}.`;
    return { kind: 'fault', fault: new Fault('MediaUnreadable', message) };
  }
  const length = headers['content-length'];
  const complete = length !== undefined || headers['transfer-encoding'] !== undefined;
  if (status === 200) {
    const validators = validatorsOf(headers, length === undefined ? undefined : Number(length));
    return { kind: 'receive', keepBytes: 0, complete, validators };
  }
  if (resume && (status === 206 || status === 416)) {
    const range = parseContentRange(headers['content-range']);
    const validators = validatorsOf(headers, range.totalBytes);
    if (!isSameFile(resume, validators)) return { kind: 'restart' };
    const keepBytes = resume.bytes;
    if (status === 416 && range.totalBytes === keepBytes)
      return { kind: 'alreadyComplete', keepBytes, complete: true };
    if (status === 206 && range.startByte === keepBytes) {
      const { bytes: _, ...noted } = resume;
      return { kind: 'receive', keepBytes, complete, validators: { ...noted, ...validators } };
    }
    return { kind: 'restart' };
  }
  return { kind: 'fault', fault: faultOfStatus({ status, retryAfter: headers['retry-after'], url, nowMs }) };
}
