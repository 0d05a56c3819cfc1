// The files an export begins with: they must exist, be plain files and lie inside the root.
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../domain/fault.ts';
import { assertRelativeFiles } from './export-target.ts';

/** Checks every name and adds up the sizes. Fails with UnsafeName or NotFound before anything is sent. */
export async function sourceFiles(rootDir: string, files: readonly string[]): Promise<{ sizeBytes: number }> {
  assertRelativeFiles(files);
  if (files.length === 0) throw new Fault('InputInvalid', 'An export needs at least one file.');
  let sizeBytes = 0;
  for (const file of files) {
    const found = await lstat(join(rootDir, file)).catch(() => undefined);
    if (!found?.isFile())
      throw new Fault('NotFound', `The file ${file} to export is not there or no plain file.`);
    sizeBytes += found.size;
  }
  return { sizeBytes };
}
