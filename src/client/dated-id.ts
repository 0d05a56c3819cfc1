// Ids that people read aloud: a letter for the kind, a day, and four letters that nobody mistakes for others.
import { randomInt } from 'node:crypto';

const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

/** `p-20260913-k7x2`; the catalog decides whether it is taken. */
export function datedId(
  { kind, date }: { kind: 'p' | 'l'; date: string },
  pick: (below: number) => number = randomInt,
): string {
  const tail = Array.from({ length: 4 }, () => letters[pick(letters.length)]).join('');
  return `${kind}-${date.replaceAll('-', '')}-${tail}`;
}
