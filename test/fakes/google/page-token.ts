// Pages of a list: an opaque token that is worth something only with the same question.
import { createHash } from 'node:crypto';
import { invalidValue } from './google-error.ts';
import type { Query } from './validate.ts';

const questionOf = (query: Query): string => {
  const { pageToken: _, pageSize: __, maxResults: ___, fields: ____, ...rest } = query;
  const sorted = Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 10);
};

/** Where the page begins, and what the first page noted for those after it. */
export interface PagePlace {
  offset: number;
  note: number;
}

/** Place of the asked page; `note` is remembered from the first page on. */
export function placeOf(query: Query, note = 0): PagePlace {
  const token = query.pageToken?.[0];
  if (token === undefined) return { offset: 0, note };
  const [question, offset, noted] = Buffer.from(token, 'base64url').toString('utf8').split(' ');
  if (question !== questionOf(query) || !/^\d+$/.test(offset ?? '')) throw invalidValue('pageToken');
  return { offset: Number(offset), note: Number(noted) };
}

export interface Page<T> {
  items: T[];
  nextPageToken?: string;
}

/** Cuts the page out of all there is. */
export function pageOf<T>(
  all: readonly T[],
  size: number,
  { query, place }: { query: Query; place: PagePlace },
): Page<T> {
  const end = place.offset + size;
  const items = all.slice(place.offset, end);
  if (end >= all.length) return { items };
  const text = [questionOf(query), end, place.note].join(' ');
  return { items, nextPageToken: Buffer.from(text).toString('base64url') };
}
