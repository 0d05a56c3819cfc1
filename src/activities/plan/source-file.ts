// Archives that lie on a mounted file system: copied, never moved, and only from the directories the worker allows.
import { createReadStream, createWriteStream } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../domain/fault.ts';
import { asFault } from '../../storage/errno.ts';
import { archiveAddress } from './archive-url.ts';
import type { PlanDeps } from './plan-deps.ts';
import type { Fetched, FetchRequest } from './fetched.ts';

const chunkBytes = 1 << 20;

export async function fetchFromFile(deps: PlanDeps, request: FetchRequest): Promise<Fetched> {
  const { url } = await archiveAddress(deps, request);
  const named = fileURLToPath(url);
  const source = await realpath(named).catch(() => undefined);
  if (!source) return { kind: 'none', reason: `There is no file ${named}.` };
  await requireInside(source, deps.settings.fileRoots);
  const path = join(request.attemptDir, 'copied');
  await asFault(`Copying ${source}`, () => copyWithProgress({ source, path, request }));
  return { kind: 'file', path, complete: true };
}

/** Tells of its progress: a long copy from a slow mount is alive, one that hangs is not. */
async function copyWithProgress(copy: {
  source: string;
  path: string;
  request: FetchRequest;
}): Promise<void> {
  const { onBytes, signal } = copy.request;
  let copiedBytes = 0;
  const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      yield chunk;
      onBytes((copiedBytes += chunk.length));
    }
  };
  const from = createReadStream(copy.source, { highWaterMark: chunkBytes });
  await pipeline(from, counted, createWriteStream(copy.path), { signal });
}

/** Symbolic links were followed before: what counts is where the bytes lie. */
async function requireInside(source: string, roots: readonly string[]): Promise<void> {
  for (const root of roots) {
    const base = await realpath(root).catch(() => undefined);
    if (base && (source === base || source.startsWith(base.endsWith(sep) ? base : base + sep))) return;
  }
  throw new Fault(
    'ForbiddenUrl',
    `The archive file ${source} lies outside the directories of download.fileRoots.`,
  );
}
