// What people write into an event's description: lines of `key: value`, as plain text or as the HTML that calendars make of it.
import { isYearOfStudy } from './course-codes.ts';

export interface EventDescription {
  /** Codes of courses, in the order in which they stand there, each once. */
  courses: string[];
  /** Values by key; keys trimmed and in lower case. A key that comes again: the last one holds. */
  fields: Readonly<Record<string, string>>;
}

/** Google keeps 8,192 characters; what other calendars send beyond this is not read. */
const mostCharacters = 65_536;
const mostFields = 200;
const mostKeyCharacters = 100;
const mostValueCharacters = 2000;
/** As many as a lecture takes, and as long as one may be. */
const mostCourses = 20;
const mostCodeCharacters = 200;

const codeKeys = new Set(['поток', 'потоки']);
/** Behind these a year of study may stand as well. */
const courseKeys = new Set(['курс', 'курсы', 'course', 'courses']);

const lineTags =
  /<\/?(?:address|article|blockquote|br|dd|div|dl|dt|h[1-6]|hr|li|ol|p|pre|section|table|td|th|tr|ul)(?:[\s/][^<>]*)?>/gi;
const otherTags = /<(?:\/?[a-z]|!)[^<>]*>/gi;

const namedCharacters: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  bull: '•',
  colon: ':',
  comma: ',',
  emsp: ' ',
  ensp: ' ',
  gt: '>',
  hellip: '…',
  laquo: '«',
  ldquo: '“',
  lsquo: '‘',
  lt: '<',
  mdash: '—',
  middot: '·',
  minus: '−',
  nbsp: ' ',
  ndash: '–',
  num: '#',
  quot: '"',
  raquo: '»',
  rdquo: '”',
  rsquo: '’',
  semi: ';',
  shy: '',
  thinsp: ' ',
  zwj: '',
  zwnj: '',
};

/**
 * Courses and fields of a description; the old form is a line `поток: CODE`. A line `курс: 2` names a year of study and no course, unless
 * that is a code of the table. Lines are split at their first colon, so values may hold times and addresses. Anything is taken, nothing is
 * thrown.
 * @param inTable codes that the table of courses has
 */
export function readDescription(
  text: string | undefined,
  inTable: ReadonlySet<string> = new Set(),
): EventDescription {
  const fields = new Map<string, string>();
  const courses = new Set<string>();
  for (const line of linesOf((text ?? '').slice(0, mostCharacters))) {
    const field = fieldOf(line);
    if (field === undefined) continue;
    const { key, value } = field;
    if (fields.size < mostFields || fields.has(key)) fields.set(key, value.slice(0, mostValueCharacters));
    const isCode = (code: string): boolean =>
      codeKeys.has(key) || (courseKeys.has(key) && (inTable.has(code) || !isYearOfStudy(code)));
    for (const code of codesIn(value).filter(isCode)) courses.add(code);
  }
  return { courses: [...courses].slice(0, mostCourses), fields: Object.fromEntries(fields) };
}

function linesOf(text: string): string[] {
  return decoded(text.replace(lineTags, '\n').replace(otherTags, ''))
    .replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, '\n')
    .replace(/[^\P{C}\n\t]/gu, '')
    .replace(/[^\S\n]+/g, ' ')
    .normalize('NFC')
    .split('\n');
}

/** Each entity once, so that what it stands for is never read as markup. */
const decoded = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,6}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return namedCharacters[String(name).toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });

function fieldOf(line: string): { key: string; value: string } | undefined {
  const at = line.search(/[:：]/);
  if (at < 0) return undefined;
  // Lists begin their lines with a mark.
  const key = line
    .slice(0, at)
    .replace(/^[\s*•·●–—-]+/, '')
    .trim()
    .toLowerCase();
  const value = line.slice(at + 1).trim();
  // `https://…` is an address and no field.
  if (key === '' || key.length > mostKeyCharacters || value.startsWith('//')) return undefined;
  return { key, value };
}

const codesIn = (value: string): string[] =>
  value
    .split(/[,，]/)
    .map((code) => code.trim())
    .filter((code) => code !== '' && code.length <= mostCodeCharacters);
