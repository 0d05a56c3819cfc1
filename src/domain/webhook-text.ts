// What webhooks say of a lecture: the facts, the built-in sentences, and templates whose values cannot turn into markup.
import { Fault } from './fault.ts';

/** What a template may name. A fact that is not known is an empty text. */
export const webhookFacts = [
  'id',
  'event',
  'name',
  'room',
  'roomName',
  'date',
  'start',
  'end',
  'startAt',
  'endAt',
  'state',
  'reason',
  'url',
  'backupUrl',
  'users',
  'courses',
  'missing',
] as const;
export type WebhookFact = (typeof webhookFacts)[number];
export type WebhookFacts = Readonly<Partial<Record<WebhookFact, string>>>;

export type WebhookOccasion = 'ready' | 'waiting' | 'failed';

/** How values are kept from acting: `zulip` and `slack` for their markup, `plain` for JSON, which escapes by itself. */
export type WebhookMarkup = 'zulip' | 'slack' | 'plain';

const builtIn: Readonly<Record<WebhookOccasion, string>> = {
  ready: '{name} ({room}, {date} {start}–{end}) is ready: {url}',
  waiting: '{name} ({room}, {date} {start}–{end}) waits: {reason}',
  failed: '{name} ({room}, {date} {start}–{end}) failed: {reason}',
};

const maxTemplateCharacters = 8_000;
const placeholder = /\{([^{}]*)\}/g;
const invisible = '\u200b';

/** Refuses (Fault InputInvalid) a template that is too long or names a fact that there is not. Other braces stand for themselves. */
export function checkWebhookTemplate(template: string): void {
  if (template.length > maxTemplateCharacters)
    throw new Fault('InputInvalid', `The template is longer than ${maxTemplateCharacters} characters.`);
  const unknown = Array.from(template.matchAll(placeholder), ([, name = '']) => name).find(
    (name) => /^\w+$/.test(name) && !isFact(name),
  );
  if (unknown === undefined) return;
  const known = webhookFacts.map((name) => `{${name}}`).join(' ');
  throw new Fault('InputInvalid', `The template names {${unknown.slice(0, 40)}}; it may name ${known}.`);
}

/** The text of a webhook: the template with its facts, or the built-in sentence of the occasion. */
export function webhookText({
  occasion,
  facts,
  template = builtIn[occasion],
  markup,
}: {
  occasion: WebhookOccasion;
  facts: WebhookFacts;
  template?: string | undefined;
  markup: WebhookMarkup;
}): string {
  // In one pass: a value that looks like a placeholder stays what it is.
  return template
    .slice(0, maxTemplateCharacters)
    .replaceAll(placeholder, (whole, name: string) =>
      isFact(name) ? escaped(facts[name] ?? '', markup) : whole,
    );
}

/** A value on one line that mentions nobody, formats nothing and links nowhere by itself. */
function escaped(value: string, markup: WebhookMarkup): string {
  const line = value.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  if (markup === 'plain') return value;
  // Slack: its documents name these three; mentions and links need the angle brackets.
  if (markup === 'slack')
    return line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  // Zulip has no escapes that hold everywhere: what begins a mention, a link, code, emphasis or mathematics is parted.
  return line
    .replace(/[@#](?=[*_])/g, `$&${invisible}`)
    .replaceAll('](', `]${invisible}(`)
    .replaceAll('`', '´')
    .replace(/([*~$|])(?=\1)/g, `$1${invisible}`);
}

const isFact = (name: string): name is WebhookFact => (webhookFacts as readonly string[]).includes(name);
