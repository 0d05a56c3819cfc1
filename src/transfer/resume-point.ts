// What the next owner of a partial file must know to go on with it: a small note beside the file, gone when the file is complete.
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { storageFault } from './storage-fault.ts';

export interface ResumePoint {
  /** Bytes of the partial that may be kept. */
  bytes: number;
  etag?: string;
  lastModified?: string;
  /** Size of the whole, when the source told it. */
  totalBytes?: number;
}

export type Validators = Omit<ResumePoint, 'bytes'>;

const notePath = (partialPath: string) => `${partialPath}.resume.json`;

const isText = (value: unknown): value is string => typeof value === 'string' && value.length < 1024;

/**
 * The point from which a partial left by an earlier owner can go on; undefined when there is none, nothing to tell it by, or when the
 * machine has started anew since: a partial is never made durable, so after a loss of power its length proves nothing about its bytes.
 */
export async function readResumePoint(partialPath: string): Promise<ResumePoint | undefined> {
  try {
    const { size } = await stat(partialPath);
    const note = JSON.parse(await readFile(notePath(partialPath), 'utf8')) as Record<string, unknown>;
    if (size === 0 || note.bootId !== (await bootId())) return undefined;
    return {
      bytes: size,
      ...(isText(note.etag) && { etag: note.etag }),
      ...(isText(note.lastModified) && { lastModified: note.lastModified }),
      ...(typeof note.totalBytes === 'number' && { totalBytes: note.totalBytes }),
    };
  } catch {
    // No note, no partial or a damaged note all mean the same: begin at byte 0.
    return undefined;
  }
}

/** Of the running kernel: what it has been given to write it also gives to read, until it ends. Another host has another. */
const bootId = async (): Promise<string> =>
  (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();

/** Written when the answer's headers are known, before the first byte is. Fails with DiskFull or StorageFault. */
export async function writeResumeNote(partialPath: string, validators: Validators): Promise<void> {
  const path = notePath(partialPath);
  try {
    const boot = await bootId().catch(() => undefined);
    await writeFile(`${path}.tmp`, JSON.stringify({ ...validators, bootId: boot }));
    await rename(`${path}.tmp`, path);
  } catch (cause) {
    throw storageFault(cause, path);
  }
}

export async function removeResumeNote(partialPath: string): Promise<void> {
  await rm(notePath(partialPath), { force: true });
}

/** Headers that ask for the rest, only if it is still the same file. A weak ETag may not stand in If-Range (RFC 9110, 13.1.5). */
export function rangeHeaders(resume: ResumePoint): Record<string, string> {
  const isStrong = resume.etag !== undefined && !resume.etag.startsWith('W/');
  const condition = isStrong ? resume.etag : resume.lastModified;
  return { range: `bytes=${resume.bytes}-`, ...(condition !== undefined && { 'if-range': condition }) };
}

/** `bytes 10-99/100` → { startByte: 10, totalBytes: 100 } with `*` in place of a range only the total. */
export function parseContentRange(header: string | undefined): { startByte?: number; totalBytes?: number } {
  const match = /^bytes\s+(?:(\d+)-\d+|\*)\/(\d+|\*)$/i.exec(header?.trim() ?? '');
  if (!match) return {};
  return {
    ...(match[1] !== undefined && { startByte: Number(match[1]) }),
    ...(match[2] !== '*' && { totalBytes: Number(match[2]) }),
  };
}

/** What an answer tells about the identity of the file behind it. */
export function validatorsOf(headers: IncomingHttpHeaders, totalBytes: number | undefined): Validators {
  return {
    ...(headers.etag !== undefined && { etag: headers.etag }),
    ...(headers['last-modified'] !== undefined && { lastModified: headers['last-modified'] }),
    ...(totalBytes !== undefined && { totalBytes }),
  };
}

/**
 * True when nothing that both sides know differs and something vouches for it: the condition we sent (If-Range), an equal ETag, or at
 * least an equal total size.
 */
export function isSameFile(noted: ResumePoint, answered: Validators): boolean {
  const agree = <T>(a: T | undefined, b: T | undefined) => a === undefined || b === undefined || a === b;
  const vouched =
    'if-range' in rangeHeaders(noted) ||
    (noted.etag !== undefined && noted.etag === answered.etag) ||
    (noted.totalBytes !== undefined && noted.totalBytes === answered.totalBytes);
  return (
    vouched &&
    agree(noted.etag, answered.etag) &&
    agree(noted.lastModified, answered.lastModified) &&
    agree(noted.totalBytes, answered.totalBytes)
  );
}
