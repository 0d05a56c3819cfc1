// Compares a reader with ffprobe on one file.
import type { Scanner } from '../../src/media/scan/scanner.ts';
import { ffprobeTimes } from '../fakes/clips.ts';
import type { CorpusFile } from './scan-corpus.ts';

/** Empty when scanner and ffprobe see the same video times to a millisecond and ffprobe was not needed, else what differs. */
export async function disagreement(scanner: Scanner, file: CorpusFile): Promise<string> {
  const signal = new AbortController().signal;
  const [read, wanted] = await Promise.all([
    scanner.readTimes({ path: file.path, signal }),
    ffprobeTimes(file.path),
  ]);
  if (read.kind !== 'times') return `${file.label}: ${read.kind}`;
  if (read.usedFallback) return `${file.label}: needed ffprobe`;
  const times = Float64Array.from(read.times.videoPts).sort();
  if (wanted.length === 0) return `${file.label}: ffprobe found nothing`;
  if (times.length !== wanted.length)
    return `${file.label}: ${times.length} packets instead of ${wanted.length}`;
  const worst = wanted.reduce((most, seconds, index) => Math.max(most, Math.abs(seconds - times[index]!)), 0);
  return worst > 0.001 ? `${file.label}: ${worst} s apart, from ${times[0]} / ${wanted[0]}` : '';
}
