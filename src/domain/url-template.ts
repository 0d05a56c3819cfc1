// Address templates of archives: placeholders such as {startUnix} that become percent-encoded values.
import { Fault } from './fault.ts';
import { percentEncode } from './percent.ts';

export const templatePlaceholderNames = [
  'id',
  'externalId',
  'startUnix',
  'endUnix',
  'startAt',
  'seconds',
  'date',
  'hh',
  'mm',
] as const;
export type TemplatePlaceholder = (typeof templatePlaceholderNames)[number];

/** A value per placeholder; one that the camera does not have is left out. */
export type TemplateValues = Partial<Record<TemplatePlaceholder, string | number>>;

/** The placeholders a template uses, in order. Throws Fault InputInvalid for an unknown one and for a brace out of place. */
export function templatePlaceholders(template: string): TemplatePlaceholder[] {
  const names = Array.from(template.matchAll(/\{([^{}]*)\}/g), (match) => match[1] ?? '');
  const unknown = names.find((name) => !isPlaceholder(name));
  if (unknown !== undefined) {
    const known = templatePlaceholderNames.map((name) => `{${name}}`).join(' ');
    throw new Fault(
      'InputInvalid',
      `The template has no placeholder {${unknown.slice(0, 40)}}; it knows ${known}.`,
    );
  }
  if (/[{}]/.test(template.replaceAll(/\{[^{}]*\}/g, ''))) {
    throw new Fault(
      'InputInvalid',
      'The template holds a brace that belongs to no placeholder (write %7B or %7D).',
    );
  }
  return names.filter(isPlaceholder);
}

/**
 * Fills a template. Values are percent-encoded, so none can leave its place; a value that is `.` or `..` is refused (UnsafeName).
 * Throws Fault InputInvalid when a placeholder has no value.
 */
export function expandTemplate(template: string, values: TemplateValues): string {
  templatePlaceholders(template);
  return template.replaceAll(/\{([^{}]*)\}/g, (_, name: TemplatePlaceholder) => {
    const value = values[name];
    if (value === undefined || value === '') {
      throw new Fault('InputInvalid', `The template needs {${name}}, and the camera has no value for it.`);
    }
    if (/^\.{1,2}$/.test(String(value))) {
      throw new Fault('UnsafeName', `The value of {${name}} may not be a dot segment.`);
    }
    return percentEncode(String(value));
  });
}

function isPlaceholder(name: string): name is TemplatePlaceholder {
  return (templatePlaceholderNames as readonly string[]).includes(name);
}
