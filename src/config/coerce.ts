// Turns the text of a flag or environment variable into the type of its key.
import type { ConfigKey } from './keys.ts';

const truth: Record<string, boolean> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

/** The typed value; text that does not fit its type comes back as it is, for the schema to refuse. */
export function coerceText({ type }: Pick<ConfigKey, 'type'>, text: string): unknown {
  const trimmed = text.trim();
  switch (type) {
    case 'number':
      return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(trimmed) ? Number(trimmed) : trimmed;
    case 'boolean':
      return truth[trimmed.toLowerCase()] ?? trimmed;
    case 'list':
      return trimmed
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
    case 'string':
    case 'enum':
      return trimmed;
  }
}
