// Decides when a source that keeps breaking off has no more to give; its count survives worker restarts beside the partial.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFault } from '../../domain/fault.ts';

/** Breaks without a new byte after which a partial is judged as it is. */
const breaksWithoutGrowth = 3;

interface Patience {
  bestBytes: number;
  breaks: number;
}

/** True when the partial at `path` should be taken as the attempt's file. Counts this error as one more break. */
export async function acceptPartial(broken: {
  partialDir: string;
  path: string;
  error: unknown;
}): Promise<boolean> {
  if (!isFault(broken.error, 'SourceUnreachable', 'SourceStalled')) return false;
  const note = join(broken.partialDir, 'patience.json');
  const bytes = (await stat(broken.path).catch(() => undefined))?.size ?? 0;
  const before = await readPatience(note);
  const after: Patience =
    bytes > before.bestBytes ? { bestBytes: bytes, breaks: 1 } : { ...before, breaks: before.breaks + 1 };
  await writeFile(note, JSON.stringify(after));
  return bytes > 0 && after.breaks >= breaksWithoutGrowth;
}

async function readPatience(note: string): Promise<Patience> {
  try {
    const { bestBytes, breaks } = JSON.parse(await readFile(note, 'utf8')) as Partial<Patience>;
    return { bestBytes: Number(bestBytes) || 0, breaks: Number(breaks) || 0 };
  } catch {
    // Absent, or cut short by a crash: counting begins anew.
    return { bestBytes: 0, breaks: 0 };
  }
}
