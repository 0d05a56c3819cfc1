// Texts of webhooks: templates, built-in sentences, and values that want to be markup.
import { describe, expect, it } from 'vitest';
import { checkWebhookTemplate, webhookText, type WebhookFacts } from '../../src/domain/webhook-text.ts';

const facts: WebhookFacts = {
  ...{ name: 'Graphs', room: 'A101', date: '2026-09-14', start: '10:10', end: '11:40' },
  ...{ url: 'https://drive.example/1', reason: 'files are missing' },
};
const text = (template: string | undefined, markup: 'zulip' | 'slack' | 'plain', more: WebhookFacts = {}) =>
  webhookText({ occasion: 'ready', facts: { ...facts, ...more }, template, markup });

describe('the text of a webhook', () => {
  it.each([
    ['ready', 'Graphs (A101, 2026-09-14 10:10–11:40) is ready: https://drive.example/1'],
    ['waiting', 'Graphs (A101, 2026-09-14 10:10–11:40) waits: files are missing'],
    ['failed', 'Graphs (A101, 2026-09-14 10:10–11:40) failed: files are missing'],
  ] as const)('of %s is a sentence where there is no template', (occasion, expected) => {
    expect(webhookText({ occasion, facts, markup: 'plain' })).toBe(expected);
  });

  it('is the template with its facts; what is not known is empty, other braces stay', () => {
    expect(text('{name} {backupUrl}| {x-y} {} { name }', 'plain')).toBe('Graphs | {x-y} {} { name }');
  });

  it('fills in once: a name that looks like a placeholder stays a name', () => {
    expect(text('{name}', 'plain', { name: '{reason}' })).toBe('{reason}');
  });

  it('keeps the markup of the template itself', () => {
    expect(text('**{name}** @**all** [video]({url})', 'zulip')).toBe(
      '**Graphs** @**all** [video](https://drive.example/1)',
    );
    expect(text('<!here> *{name}* <{url}|video>', 'slack')).toBe(
      '<!here> *Graphs* <https://drive.example/1|video>',
    );
  });

  it.each([
    '@**all**',
    '@*group*',
    '@_**Anna**',
    '#**general**',
    '**bold**',
    '~~gone~~',
    '$$x$$',
    '||spoiler||',
  ])('does not let the value %j act in Zulip', (name) => {
    const shown = text('{name}', 'zulip', { name });
    expect(shown).not.toMatch(/[@#][*_]|\*\*|~~|\$\$|\|\|/);
    expect(shown.replaceAll('\u200b', '')).toBe(name);
  });

  it('does not let a value link or run in Zulip', () => {
    const shown = text('{name}', 'zulip', { name: '[here](https://evil.example) ```x``` `y`' });
    expect(shown).not.toMatch(/\]\(|`/);
  });

  it.each(['<!channel>', '<@U1>', '<https://evil.example|here>', 'a & b'])(
    'does not let the value %j act in Slack',
    (name) => {
      const shown = text('{name}', 'slack', { name });
      expect(shown).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
    },
  );

  it('puts no value on more than one line', () => {
    expect(text('{reason}', 'zulip', { reason: 'one\r\n\r\n```two\u2028three' })).not.toMatch(/[\r\n\u2028]/);
  });
});

describe('a template', () => {
  it('that names what there is not is refused with what there is', () => {
    expect(() => checkWebhookTemplate('{name} {nmae}')).toThrow(/\{nmae\}.*\{name\}/);
  });

  it.each(['{name} at {start}', 'no placeholder', 'json {"a": {"b": 1}}', '{ }'])('may be %j', (template) => {
    expect(() => checkWebhookTemplate(template)).not.toThrow();
  });

  it('of a book is refused', () => {
    expect(() => checkWebhookTemplate('x'.repeat(8_001))).toThrow('longer than');
  });
});
