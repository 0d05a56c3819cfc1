// Plan ids: the day, and four letters that nobody mistakes for others.
import { randomInt } from 'node:crypto';

const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

/** `p-20260913-k7x2`: the plan's first day and a random part; the catalog decides whether it is taken. */
export function newPlanId(date: string, pick: (below: number) => number = randomInt): string {
  const tail = Array.from({ length: 4 }, () => letters[pick(letters.length)]).join('');
  return `p-${date.replaceAll('-', '')}-${tail}`;
}
