// Holds a JSON value against a schema of the discovery document: names, types, enums, and what a method requires.
import type { ApiDocument, Schema } from './discovery.ts';
import { isObject } from './json.ts';

export interface Problem {
  message: string;
  location?: string;
  reason: string;
}

interface Place {
  api: ApiDocument;
  methodId: string;
  /** `attachments[0].fileUrl`; empty at the top. */
  path: string;
}

const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

const unknownName = (name: string, path: string): Problem => ({
  message: `Invalid JSON payload received. Unknown name "${name}"${path === '' ? '' : ` at '${path}'`}: Cannot find field.`,
  location: below(path, name),
  reason: 'badRequest',
});

const wrongValue = (value: unknown, type: string, path: string): Problem => ({
  message: `Invalid value at '${path}' (${type}), ${JSON.stringify(value)}`,
  location: path,
  reason: 'invalid',
});

const formats: Readonly<Record<string, RegExp>> = {
  int64: /^-?\d+$/,
  uint64: /^\d+$/,
  date: /^\d{4}-\d\d-\d\d$/,
  // Calendar takes local times with a zone beside them.
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?$/,
  'google-datetime': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
};

function checkScalar(value: unknown, schema: Schema, path: string): Problem | undefined {
  switch (schema.type) {
    case 'integer':
      return Number.isInteger(typeof value === 'string' && value !== '' ? Number(value) : value)
        ? undefined
        : wrongValue(value, 'TYPE_INT32', path);
    case 'number':
      return typeof value === 'number' ? undefined : wrongValue(value, 'TYPE_DOUBLE', path);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : wrongValue(value, 'TYPE_BOOL', path);
    case 'string': {
      const isNumberText = schema.format === 'int64' && Number.isInteger(value);
      if (typeof value !== 'string' && !isNumberText) return wrongValue(value, 'TYPE_STRING', path);
      if (schema.enum && !schema.enum.includes(String(value))) return wrongValue(value, 'TYPE_ENUM', path);
      const format = formats[schema.format ?? ''];
      return format && !format.test(String(value)) ? wrongValue(value, schema.format!, path) : undefined;
    }
    case 'array':
    case 'object':
    case 'any':
    case undefined:
      return undefined;
  }
}

function checkProperties(value: unknown, schema: Schema, place: Place): Problem | undefined {
  if (!isObject(value)) return wrongValue(value, 'TYPE_MESSAGE', place.path);
  for (const [name, inner] of Object.entries(value)) {
    const known = schema.properties?.[name] ?? schema.additionalProperties;
    if (known === undefined) return unknownName(name, place.path);
    const problem = checkValue(inner, known, { ...place, path: below(place.path, name) });
    if (problem) return problem;
  }
  const required = Object.entries(schema.properties ?? {}).find(
    ([name, { annotations }]) => annotations?.required?.includes(place.methodId) && value[name] == null,
  );
  if (required === undefined) return undefined;
  const location = below(place.path, required[0]);
  return { message: `The ${location} field is required.`, location, reason: 'required' };
}

/** What is wrong with `value`; undefined when it fits. `readOnly` is not held against anyone: Google marks fields so that a create needs. */
export function checkValue(value: unknown, schema: Schema, place: Place): Problem | undefined {
  if (value === null) return undefined;
  if (schema.$ref !== undefined) {
    const target = place.api.schemas[schema.$ref];
    if (target === undefined) throw new Error(`No schema ${schema.$ref} in ${place.api.id}`);
    return checkValue(value, target, place);
  }
  if (schema.type === 'array') {
    if (!Array.isArray(value)) return wrongValue(value, 'TYPE_REPEATED', place.path);
    for (const [index, item] of value.entries()) {
      const problem = checkValue(item, schema.items!, { ...place, path: `${place.path}[${index}]` });
      if (problem) return problem;
    }
    return undefined;
  }
  return schema.type === 'object'
    ? checkProperties(value, schema, place)
    : checkScalar(value, schema, place.path);
}
