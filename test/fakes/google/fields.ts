// The `fields` selector: `files(id,name),nextPageToken`, `permissions/emailAddress`, `*`. What is not asked for does not come.
import type { ApiDocument, Schema } from './discovery.ts';
import { badRequest } from './google-error.ts';
import { isObject, type Json } from './json.ts';

/** Names to what is wanted below them; an empty selection takes everything. */
export interface Selection {
  [name: string]: Selection;
}

const wrong = (text: string) => badRequest(`Invalid field selection ${text}`, 'fields', 'invalidParameter');

/** Reads a selector: items between commas, each a name, a name/item, or a name(items). */
export function parseFields(text: string): Selection {
  let position = 0;
  const take = (character: string): boolean => {
    if (text[position] !== character) return false;
    position += 1;
    return true;
  };
  const item = (): [string, Selection] => {
    const name = /^[\w$*]+/.exec(text.slice(position))?.[0];
    if (name === undefined) throw wrong(text);
    position += name.length;
    if (take('/')) return [name, Object.fromEntries([item()])];
    if (!take('(')) return [name, {}];
    const inner = list();
    if (!take(')')) throw wrong(text);
    return [name, inner];
  };
  const list = (): Selection => {
    const selection: Selection = {};
    do {
      const [name, inner] = item();
      selection[name] = { ...selection[name], ...inner };
    } while (take(','));
    return selection;
  };
  const selection = list();
  if (position !== text.length) throw wrong(text);
  return selection;
}

/** Refuses names that the answer's schema does not have. */
export function checkFields(api: ApiDocument, schema: Schema | undefined, selection: Selection): void {
  const target = schema?.$ref === undefined ? schema : api.schemas[schema.$ref];
  const item = target?.type === 'array' ? target.items : target;
  const known = item?.$ref === undefined ? item : api.schemas[item.$ref];
  for (const [name, inner] of Object.entries(selection)) {
    if (name === '*') continue;
    const next = known?.properties?.[name] ?? known?.additionalProperties;
    if (next === undefined) throw wrong(name);
    checkFields(api, next, inner);
  }
}

/** The part of `value` that was asked for. */
export function select(value: unknown, selection: Selection): unknown {
  if (Object.keys(selection).length === 0) return value;
  if (Array.isArray(value)) return value.map((item) => select(item, selection));
  if (!isObject(value)) return value;
  const chosen: Json = {};
  for (const [name, inner] of Object.entries(value)) {
    const wanted = selection[name] ?? selection['*'];
    if (wanted !== undefined) chosen[name] = select(inner, wanted);
  }
  return chosen;
}
