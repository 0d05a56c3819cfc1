// The grammar of `q` in files.list: terms joined by and, or, not and parentheses, told of one item at a time.
import { invalidValue } from './google-error.ts';

/** What a query may ask of an item. */
export interface Searchable {
  name: string;
  mimeType: string;
  parents: readonly string[];
  trashed: boolean;
  starred: boolean;
  sharedWithMe: boolean;
  createdTime: string;
  modifiedTime: string;
  properties: Readonly<Record<string, string>>;
  appProperties: Readonly<Record<string, string>>;
  owners: readonly string[];
  writers: readonly string[];
  readers: readonly string[];
}

export type Test = (item: Searchable) => boolean;

const tokenPattern = /\s*(?:'((?:[^'\\]|\\.)*)'|(<=|>=|!=|[=<>(){}])|([A-Za-z]+))/y;

interface Token {
  kind: 'text' | 'sign' | 'word';
  value: string;
}

function tokensOf(q: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (q.slice(tokenPattern.lastIndex).trim() !== '') {
    const match = tokenPattern.exec(q);
    if (!match) throw invalidValue('q');
    const [, text, sign, word] = match;
    if (text !== undefined) tokens.push({ kind: 'text', value: text.replace(/\\(.)/g, '$1') });
    else if (sign !== undefined) tokens.push({ kind: 'sign', value: sign });
    else tokens.push({ kind: 'word', value: word! });
  }
  return tokens;
}

const texts = ['name', 'mimeType'] as const;
const times = ['createdTime', 'modifiedTime'] as const;
const flags = ['trashed', 'starred', 'sharedWithMe'] as const;
const lists = ['parents', 'owners', 'writers', 'readers'] as const;
const maps = ['properties', 'appProperties'] as const;

/** `contains` finds beginnings of words in names, and beginnings of types. */
const contains = (field: string, whole: string, part: string): boolean => {
  const [hay, needle] = [whole.toLowerCase(), part.toLowerCase()];
  if (hay.startsWith(needle)) return true;
  return (
    field === 'name' && hay.split(/[^\p{L}\p{N}]+/u).some((word) => needle !== '' && word.startsWith(needle))
  );
};

const orders: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

class Parser {
  readonly #tokens: Token[];
  readonly #resolve: (id: string) => string;

  constructor(tokens: Token[], resolve: (id: string) => string) {
    this.#tokens = tokens;
    this.#resolve = resolve;
  }

  #take(kind: Token['kind'], value?: string): string | undefined {
    const [next] = this.#tokens;
    if (next?.kind !== kind || (value !== undefined && next.value !== value)) return undefined;
    this.#tokens.shift();
    return next.value;
  }

  #need(kind: Token['kind'], value?: string): string {
    const found = this.#take(kind, value);
    if (found === undefined) throw invalidValue('q');
    return found;
  }

  whole(): Test {
    const test = this.#either();
    if (this.#tokens.length > 0) throw invalidValue('q');
    return test;
  }

  #either(): Test {
    let left = this.#both();
    while (this.#take('word', 'or') !== undefined) {
      const [a, b] = [left, this.#both()];
      left = (item) => a(item) || b(item);
    }
    return left;
  }

  #both(): Test {
    let left = this.#one();
    while (this.#take('word', 'and') !== undefined) {
      const [a, b] = [left, this.#one()];
      left = (item) => a(item) && b(item);
    }
    return left;
  }

  #one(): Test {
    if (this.#take('word', 'not') !== undefined) {
      const inner = this.#one();
      return (item) => !inner(item);
    }
    if (this.#take('sign', '(') !== undefined) {
      const inner = this.#either();
      this.#need('sign', ')');
      return inner;
    }
    const value = this.#take('text');
    if (value === undefined) return this.#comparison(this.#need('word'));
    this.#need('word', 'in');
    const list = lists.find((name) => name === this.#tokens[0]?.value);
    if (list === undefined) throw invalidValue('q');
    this.#need('word');
    const wanted = list === 'parents' ? this.#resolve(value) : value;
    return (item) => item[list].includes(wanted);
  }

  #comparison(field: string): Test {
    const text = texts.find((name) => name === field);
    if (text !== undefined) return this.#textual(text);
    const time = times.find((name) => name === field);
    if (time !== undefined) {
      const order = orders[this.#need('sign')];
      const instant = Date.parse(this.#need('text'));
      if (order === undefined || Number.isNaN(instant)) throw invalidValue('q');
      return (item) => order(Date.parse(item[time]), instant);
    }
    const map = maps.find((name) => name === field);
    if (map !== undefined) return this.#having(map);
    const named = flags.find((name) => name === field);
    if (named === undefined) throw invalidValue('q');
    const sign = this.#take('sign', '=') ?? this.#take('sign', '!=');
    if (sign === undefined) return (item) => item[named];
    const wanted = (this.#need('word') === 'true') === (sign === '=');
    return (item) => item[named] === wanted;
  }

  #textual(field: (typeof texts)[number]): Test {
    if (this.#take('word', 'contains') !== undefined) {
      const part = this.#need('text');
      return (item) => contains(field, item[field], part);
    }
    const isEqual = this.#take('sign', '=') !== undefined;
    if (!isEqual) this.#need('sign', '!=');
    const value = this.#need('text');
    // Drive compares names without regard to case.
    return (item) => (item[field].toLowerCase() === value.toLowerCase()) === isEqual;
  }

  #having(field: (typeof maps)[number]): Test {
    this.#need('word', 'has');
    this.#need('sign', '{');
    this.#need('word', 'key');
    this.#need('sign', '=');
    const key = this.#need('text');
    this.#need('word', 'and');
    this.#need('word', 'value');
    this.#need('sign', '=');
    const value = this.#need('text');
    this.#need('sign', '}');
    return (item) => item[field][key] === value;
  }
}

/** Reads a query; `resolve` turns `root` into an id. Refuses what Drive would: an unescaped quote, an unknown term. */
export const parseQuery = (q: string, resolve: (id: string) => string): Test =>
  new Parser(tokensOf(q), resolve).whole();
