// `<dataDir>/stack.json`: what a running `longtake up` tells other commands about itself.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export const stackFile = z.object({
  pid: z.int().min(1),
  temporalAddress: z.string().min(1),
  temporalNamespace: z.string().min(1).optional(),
  uiUrl: z.string().optional(),
  mediamtx: z.object({ rtspUrl: z.string(), playbackUrl: z.string(), apiUrl: z.string() }).optional(),
  /** Absent: the SQLite file of the data directory. */
  catalog: z.object({ kind: z.literal('sqlite'), file: z.string() }).optional(),
  google: z.object({ apiUrl: z.string(), credentialsFile: z.string(), subject: z.string() }).optional(),
  dataDir: z.string(),
  startedAt: z.iso.datetime({ offset: true }),
});
export type StackFile = z.infer<typeof stackFile>;

export const stackFilePath = (dataDir: string): string => join(dataDir, 'stack.json');

/** The stack that runs in `dataDir`; undefined when there is none, or its process is gone and left the file behind. */
export function readStack(dataDir: string): StackFile | undefined {
  let text: string;
  try {
    text = readFileSync(stackFilePath(dataDir), 'utf8');
  } catch {
    return undefined;
  }
  const parsed = stackFile.safeParse(parseJson(text));
  return parsed.success && isAlive(parsed.data.pid) ? parsed.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
