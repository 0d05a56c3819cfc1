// Whether a station lies in a range like 12-250: numbers count as numbers, so 9 stands before 10.

/** Both ends included. */
export interface StationRange {
  first: string;
  last: string;
}

// Compares runs of digits by value. No locale, so every host agrees.
const order = new Intl.Collator('en', { numeric: true, sensitivity: 'variant' });

export function stationIsWithin(station: string | undefined, { first, last }: StationRange): boolean {
  return station !== undefined && order.compare(first, station) <= 0 && order.compare(station, last) <= 0;
}
