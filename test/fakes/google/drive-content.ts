// Bytes of files: written once, hashed in one pass.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Content, DriveStore } from './drive-store.ts';

/** Size and checksums of what lies at `path`. */
export async function contentAt(path: string): Promise<Content> {
  const [md5, sha1, sha256] = [createHash('md5'), createHash('sha1'), createHash('sha256')];
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    md5.update(chunk);
    sha1.update(chunk);
    sha256.update(chunk);
  }
  const digests = { md5: md5.digest('hex'), sha1: sha1.digest('hex'), sha256: sha256.digest('hex') };
  return { path, sizeBytes, ...digests };
}

/** Stores bytes that are at hand whole. */
export async function storeBytes(drive: DriveStore, bytes: Uint8Array): Promise<Content> {
  const path = drive.newContentPath();
  await writeFile(path, bytes);
  return contentAt(path);
}
