// The rows of the generated configuration reference.
import { derivedDefaultTexts } from './derived-defaults.ts';
import { configKeys } from './keys.ts';

export interface ConfigReferenceRow {
  key: string;
  /** Variables that set it, the documented one first. */
  variables: string[];
  type: string;
  default: string;
  description: string;
}

/** One row per key, in the order of the schema; the same on every machine. */
export function configReference(): ConfigReferenceRow[] {
  return configKeys().map((key) => ({
    key: key.name,
    variables: [...key.aliases, key.variable, ...(key.secret ? [`${key.variable}_FILE`] : [])],
    type: key.choices.length > 0 ? key.choices.join(' | ') : key.type,
    default: derivedDefaultTexts[key.name] ?? defaultText(key.fixedDefault),
    description: key.description,
  }));
}

function defaultText(value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
