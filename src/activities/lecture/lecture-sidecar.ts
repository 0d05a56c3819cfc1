// The document beside a lecture's video: which pieces it is made of, and its files with their hashes.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { lectureFileRoles } from '../../contract/lecture-messages.ts';
import type { LectureFile } from '../../contract/lecture-messages.ts';
import type { LectureDeps } from './lecture-deps.ts';

export const lectureSidecarPath = (mainPath: string): string => `${mainPath}.lecture.json`;

const sidecar = z.object({
  key: z.string(),
  files: z.array(
    z.object({
      role: z.enum(lectureFileRoles),
      path: z.string(),
      sizeBytes: z.int(),
      sha256: z.string(),
      durationSeconds: z.number().optional(),
    }),
  ),
});

/** Undefined when it is absent or damaged, or when a file that it names is gone or has another size. */
export async function readSidecar(
  { storage }: Pick<LectureDeps, 'storage'>,
  mainPath: string,
): Promise<{ key: string; files: LectureFile[] } | undefined> {
  const text = await readFile(storage.resolve(lectureSidecarPath(mainPath)), 'utf8').catch(() => '');
  const parsed = sidecar.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { key } = parsed.data;
  const files = parsed.data.files as LectureFile[];
  for (const { path, sizeBytes } of files) if ((await storage.sizeOf(path)) !== sizeBytes) return undefined;
  return { key, files };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
