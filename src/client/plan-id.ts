// Ids of plans.
import { datedId } from './dated-id.ts';

/** `p-20260913-k7x2`: the plan's first day and a random part; the catalog decides whether it is taken. */
export const newPlanId = (date: string, pick?: (below: number) => number): string =>
  datedId({ kind: 'p', date }, pick);
