// The document beside a lecture's video: which pieces it is made of, and its files with their hashes.
import { z } from 'zod';

export const lectureFilePath = (mainPath: string): string => `${mainPath}.lecture.json`;

const lectureFile = z.object({
  /** The same for the same pieces. */
  key: z.string(),
  files: z.array(
    z.object({
      role: z.string(),
      path: z.string(),
      sizeBytes: z.int(),
      sha256: z.string(),
      durationSeconds: z.number().optional(),
    }),
  ),
  complaints: z.array(z.string()).optional(),
});
export type LectureFileDocument = z.output<typeof lectureFile>;

/** Undefined when it is damaged; fields that nobody asks for are dropped. */
export function parseLectureFile(text: string): LectureFileDocument | undefined {
  try {
    return lectureFile.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
