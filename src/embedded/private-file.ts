// Writes a document that only its owner may read.
import { rename, writeFile } from 'node:fs/promises';

/** JSON under `path`, mode 0600, whole or not at all. */
export async function writePrivate(path: string, document: object): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
