// Lays the files of a backup one after another: where each is entered and left, and where a slate stands. Pure.
import type { TimelineEntry } from '../../domain/merge-timeline.ts';

/** A file's pictures. All positions in seconds of the backup, which begins at 0. */
export interface BackupPiece {
  firstSeconds: number;
  lastSeconds: number;
  /** Position minus presentation time in the file. */
  shiftSeconds: number;
  /** Enter here, at a key frame; absent: at the file's beginning. */
  inPtsSeconds?: number;
}

/** A shorter hole stays one: the picture before it stands still. */
const leastSlateSeconds = 2;
/** A file that ends this close before the next one is not left early. */
const stepSeconds = 0.001;

/**
 * Entries of one merge part, in which piece i is segment i, and where the part begins: before 0 when its first key frame lies there.
 * @param pieces in order; each is left where the next one begins
 */
export function backupEntries(
  pieces: readonly BackupPiece[],
  lengthSeconds: number,
): { entries: TimelineEntry[]; startSeconds: number } {
  const leadSeconds = pieces[0]?.firstSeconds ?? 0;
  const hasLead = leadSeconds > leastSlateSeconds;
  const entries: TimelineEntry[] = hasLead ? [{ kind: 'slate', durationSeconds: leadSeconds }] : [];
  for (const [segmentIndex, piece] of pieces.entries()) {
    const untilSeconds = pieces[segmentIndex + 1]?.firstSeconds ?? lengthSeconds;
    const limitSeconds = Math.min(untilSeconds, lengthSeconds);
    const isLeft = piece.lastSeconds >= limitSeconds - stepSeconds / 2;
    const ownSeconds = Math.min(piece.lastSeconds, limitSeconds) - piece.firstSeconds;
    const slateSeconds = untilSeconds - piece.lastSeconds;
    const hasSlate = !isLeft && slateSeconds > leastSlateSeconds;
    entries.push({
      kind: 'file',
      path: '',
      segmentIndex,
      ...(piece.inPtsSeconds === undefined ? {} : { inPtsSeconds: piece.inPtsSeconds }),
      ...(isLeft ? { outPtsSeconds: limitSeconds - piece.shiftSeconds } : {}),
      durationSeconds: hasSlate ? ownSeconds + pictureSeconds : untilSeconds - piece.firstSeconds,
    });
    if (hasSlate) entries.push({ kind: 'slate', durationSeconds: slateSeconds - pictureSeconds });
  }
  return { entries, startSeconds: hasLead ? 0 : leadSeconds };
}

/** The last picture before a slate stands this long. */
const pictureSeconds = 0.1;
