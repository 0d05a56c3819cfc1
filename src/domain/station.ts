// The natural order of station names, for ranges such as 9-12 or.

/** Orders names as people count: digit runs by value, the rest by letter without case; equal ones by their text. */
export function compareStations(a: string, b: string): number {
  return naturalOrder(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** True when the station lies between the two, both included; leading zeros and case do not matter. */
export function inStationRange(station: string, first: string, last: string): boolean {
  return naturalOrder(station, first) >= 0 && naturalOrder(station, last) <= 0;
}

function naturalOrder(a: string, b: string): number {
  const left = runsOf(a);
  const right = runsOf(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareRuns(left[i] ?? '', right[i] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

const runsOf = (name: string): string[] =>
  name
    .trim()
    .normalize('NFC')
    .toLowerCase()
    .match(/[0-9]+|[^0-9]+/g) ?? [];

function compareRuns(a: string, b: string): number {
  if (!isDigits(a) || !isDigits(b)) return a < b ? -1 : a > b ? 1 : 0;
  // By length and then by text: numbers of any length, without rounding.
  const left = a.replace(/^0+(?=.)/, '');
  const right = b.replace(/^0+(?=.)/, '');
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);
}

const isDigits = (run: string): boolean => /^[0-9]/.test(run);
