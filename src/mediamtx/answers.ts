// How MediaMTX answers over HTTP: JSON documents, and errors as `{ "status": "error", "error": "…" }`.
import { z } from 'zod';
import { Fault, type FaultType } from '../domain/fault.ts';
import type { TextDocument } from './http-source.ts';

const errorSchema = z.object({ error: z.string() });

/** The `error` text of a MediaMTX answer; undefined when the document is no such answer. */
export function errorTextOf(document: TextDocument): string | undefined {
  const parsed = errorSchema.safeParse(jsonOf(document.text));
  return parsed.success ? parsed.data.error : undefined;
}

/** Reads a 200 answer by its schema. Anything else becomes a Fault. */
export function readAnswer<T>(document: TextDocument, schema: z.ZodType<T>): T {
  if (document.status !== 200) throw faultOfAnswer(document);
  const parsed = schema.safeParse(jsonOf(document.text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue ? `${issue.path.join('.') || 'document'}: ${issue.message}` : 'unknown shape';
  throw new Fault('SourceUnreachable', `The answer of ${document.url} is not MediaMTX's (${place}).`);
}

const types: Record<number, FaultType> = {
  401: 'AuthRejected',
  403: 'AuthRejected',
  404: 'SourceMissing',
  429: 'SourceBusy',
  503: 'SourceBusy',
};

/** The fault of an answer that is not 200. */
export function faultOfAnswer(document: TextDocument): Fault {
  const { status, url } = document;
  const type = types[status] ?? (status >= 500 ? 'SourceUnreachable' : 'InputInvalid');
  const reason = errorTextOf(document)?.slice(0, 300);
  return new Fault(type, `MediaMTX answers ${status}${reason ? ` (${reason})` : ''} at ${url}.`, { status });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
