// The commit of a finished file: durable, whole, under the key's lock, and only while its attempt still owns the key.
import { lstat, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FaultPoint } from '../domain/fault-point.ts';
import { Fault } from '../domain/fault.ts';
import { asFault } from './errno.ts';
import { fsyncFile } from './fsync.ts';
import { renameDurably, writeTemporaryJson } from './json-file.ts';
import type { KeyLock } from './key-lock.ts';
import type { MediaRoot } from './media-root.ts';
import type { PublishRequest } from './storage-types.ts';

export interface PublishDeps {
  root: MediaRoot;
  withKeyLock: KeyLock;
  faultPoint: FaultPoint;
}

interface CommitSidecar {
  from: string;
  to: string;
}

async function checkFinished(from: string, name: string): Promise<void> {
  if (!(await lstat(from)).isFile()) {
    throw new Fault('UnsafeName', `${name} is no ordinary file and is not published.`);
  }
}

/** A crash between the two renames leaves the new media beside the old sidecar, which readers find stale. */
async function commit(
  deps: PublishDeps,
  paths: { from: string; to: string; sidecar?: CommitSidecar },
): Promise<void> {
  const { faultPoint } = deps;
  const { from, to, sidecar } = paths;
  await renameDurably({ from, to, step: 'publish.media', faultPoint });
  if (sidecar) {
    await renameDurably({ from: sidecar.from, to: sidecar.to, step: 'publish.sidecar', faultPoint });
  }
}

/** Makes the media durable and writes its sidecar beside it; returns where. All that may fail for want of space happens here. */
async function prepare(deps: PublishDeps, request: PublishRequest): Promise<CommitSidecar | undefined> {
  const { root, faultPoint } = deps;
  const from = root.resolve(request.from);
  await checkFinished(from, root.relative(from));
  await faultPoint('publish.fsync-file.before');
  await fsyncFile(from);
  await faultPoint('publish.fsync-file.after');
  if (!request.sidecar) return undefined;
  const written = await writeTemporaryJson(dirname(from), request.sidecar.document);
  await faultPoint('publish.sidecar-written');
  return { from: written, to: root.resolve(request.sidecar.path) };
}

export async function publish(deps: PublishDeps, request: PublishRequest): Promise<void> {
  const { root, faultPoint } = deps;
  const action = `Publishing ${request.to}`;
  const from = root.resolve(request.from);
  const to = root.resolve(request.to);
  const sidecar = await asFault(action, () => prepare(deps, request));
  try {
    await deps.withKeyLock(request.keyName, request.signal, async () => {
      if (!(await request.stillOwner())) {
        throw new Fault(
          'LeaseLost',
          `Another attempt owns ${request.keyName} by now; ${request.to} stays as it was.`,
        );
      }
      await faultPoint('publish.owner-checked');
      await asFault(action, () => commit(deps, { from, to, ...(sidecar && { sidecar }) }));
    });
  } finally {
    if (sidecar) await rm(sidecar.from, { force: true });
  }
}
