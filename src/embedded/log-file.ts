// Log files of the stack's parts: appended to, readable by the owner alone, one older one kept beside each.
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const rotateBytes = 20 * 1024 * 1024;

/** Opens it for appending; its directory is made. Beyond 20 MiB it becomes `<path>.1` first. Lines that a full disk refuses are lost. */
export async function openLog(path: string): Promise<WriteStream> {
  await mkdir(dirname(path), { recursive: true });
  const sizeBytes = await stat(path).then(
    (stats) => stats.size,
    () => 0,
  );
  if (sizeBytes > rotateBytes) await rename(path, `${path}.1`);
  return createWriteStream(path, { flags: 'a', mode: 0o600 }).on('error', () => undefined);
}
