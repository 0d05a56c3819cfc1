// Archives that lie on a mounted file system: copied, never moved, and only from the directories the worker allows.
import { copyFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../domain/fault.ts';
import { archiveAddress } from './archive-url.ts';
import type { PlanDeps } from './plan-deps.ts';
import type { Fetched, FetchRequest } from './fetched.ts';

export async function fetchFromFile(deps: PlanDeps, request: FetchRequest): Promise<Fetched> {
  const { url } = await archiveAddress(deps, request);
  const named = fileURLToPath(url);
  const source = await realpath(named).catch(() => undefined);
  if (!source) return { kind: 'none', reason: `There is no file ${named}.` };
  await requireInside(source, deps.settings.fileRoots);
  const path = join(request.attemptDir, 'copied');
  await copyFile(source, path);
  request.onBytes((await stat(path)).size);
  return { kind: 'file', path, complete: true };
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
