// The flat list of configuration keys, read out of the schema: dotted name, environment variable, type, secrecy.
import type { z } from 'zod';
import { configSchema } from './schema.ts';

export type ValueType = 'string' | 'number' | 'boolean' | 'list' | 'enum';

export interface ConfigKey {
  /** `download.perHost` */
  name: string;
  /** `LONGTAKE_DOWNLOAD_PER_HOST` */
  variable: string;
  /** Shorter names of the same variable. */
  aliases: readonly string[];
  type: ValueType;
  /** The words of an enum. */
  choices: readonly string[];
  /** Fixed default; undefined when there is none or it is derived. */
  fixedDefault: unknown;
  description: string;
  secret: boolean;
  /** Value, or each element of the list, is a path. */
  path: boolean;
  /** A path only when it holds a slash. */
  command: boolean;
  schema: z.ZodType;
}

const aliases: Record<string, readonly string[]> = {
  dataDir: ['LONGTAKE_DATA'],
  'log.level': ['LONGTAKE_LOG'],
  'tools.temporal': ['LONGTAKE_TEMPORAL'],
  'tools.mediamtx': ['LONGTAKE_MEDIAMTX'],
  'restream.pgDsn': ['PG_DSN'],
};

/** `download.perHost` → `LONGTAKE_DOWNLOAD_PER_HOST`. */
export const variableOf = (name: string): string =>
  `LONGTAKE_${name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;

let known: readonly ConfigKey[] | undefined;

/** Every key in the order of the schema. */
export const configKeys = (): readonly ConfigKey[] => (known ??= keysIn(configSchema, ''));

interface Definition {
  type: string;
  innerType?: z.ZodType & { def: Definition };
  defaultValue?: unknown;
  entries?: Record<string, string>;
}

type Schema = z.ZodType & { def: Definition; shape?: Record<string, Schema> };

function keysIn(object: z.ZodType, prefix: string): ConfigKey[] {
  const shape = (object as Schema).shape ?? {};
  return Object.entries(shape).flatMap(([word, schema]) => {
    const name = prefix + word;
    return schema.shape ? keysIn(schema, `${name}.`) : [keyOf(name, schema)];
  });
}

function keyOf(name: string, schema: Schema): ConfigKey {
  let inner: Schema = schema;
  let fixedDefault: unknown;
  const meta: Record<string, unknown> = {};
  for (;;) {
    for (const [word, value] of Object.entries(inner.meta() ?? {})) meta[word] ??= value;
    if (inner.def.type === 'default') fixedDefault = inner.def.defaultValue;
    if (!inner.def.innerType) break;
    inner = inner.def.innerType as Schema;
  }
  return {
    name,
    variable: variableOf(name),
    aliases: aliases[name] ?? [],
    type: typeOf(inner.def.type),
    choices: Object.values(inner.def.entries ?? {}),
    fixedDefault,
    description: typeof meta['description'] === 'string' ? meta['description'] : '',
    secret: meta['secret'] === true,
    path: meta['path'] === true,
    command: meta['command'] === true,
    schema,
  };
}

function typeOf(definition: string): ValueType {
  if (definition === 'array') return 'list';
  if (definition === 'number' || definition === 'boolean' || definition === 'enum') return definition;
  return 'string';
}
