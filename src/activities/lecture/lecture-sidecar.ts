// What an earlier join has published, by the document beside it.
import { readFile } from 'node:fs/promises';
import type { LectureFile } from '../../contract/lecture-messages.ts';
import { lectureFilePath, parseLectureFile } from '../../storage/lecture-file.ts';
import type { LectureDeps } from './lecture-deps.ts';
import type { JoinedLecture } from './types.ts';

/** Undefined when it is absent or damaged, or when a file that it names is gone or has another size. */
export async function readSidecar(
  { storage }: Pick<LectureDeps, 'storage'>,
  mainPath: string,
): Promise<({ key: string } & JoinedLecture) | undefined> {
  const text = await readFile(storage.resolve(lectureFilePath(mainPath)), 'utf8').catch(() => '');
  const document = parseLectureFile(text);
  if (!document) return undefined;
  const files = document.files as LectureFile[];
  for (const { path, sizeBytes } of files) if ((await storage.sizeOf(path)) !== sizeBytes) return undefined;
  const { key, complaints } = document;
  return { key, files, ...(complaints ? { complaints } : {}) };
}
