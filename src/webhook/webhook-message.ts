// What goes to each kind of webhook: path, headers and body made of a lecture's facts. Pure.
import { basicAuthorization } from '../domain/authorization.ts';
import { Fault } from '../domain/fault.ts';
import { webhookText, type WebhookFacts, type WebhookOccasion } from '../domain/webhook-text.ts';

export type WebhookKind = 'zulip' | 'slack' | 'generic' | 'archive';

/** The catalog’s row fits. */
export interface Webhook {
  name: string;
  kind: WebhookKind;
  url: string;
  secret?: string;
  template?: string;
  /** Zulip: `stream > topic`; absent: the lecture’s users are written to. */
  to?: string;
}

export interface WebhookNews {
  occasion: WebhookOccasion;
  facts: WebhookFacts;
  /** The lecture's document for the generic kind. */
  document: object;
  /** Mail addresses of those who asked for the lecture. */
  users: readonly string[];
  /** Host of the lecturer's camera, for the archive. */
  cameraIp?: string;
}

export interface WebhookMessage {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** Zulip refuses longer ones. */
const maxZulipCharacters = 10_000;
const maxTopicCharacters = 60;

/** Undefined when there is nobody to tell. Throws Fault InputInvalid when the webhook lacks what its kind needs. */
export function messageOf(webhook: Webhook, news: WebhookNews): WebhookMessage | undefined {
  switch (webhook.kind) {
    case 'zulip':
      return zulipMessage(webhook, news);
    case 'slack':
      return jsonMessage(webhook, { text: textOf(webhook, news, 'slack') });
    case 'generic':
      return genericMessage(webhook, news);
    case 'archive':
      return archiveMessage(webhook, news);
  }
}

const textOf = (
  { template }: Webhook,
  { occasion, facts }: WebhookNews,
  markup: 'zulip' | 'slack' | 'plain',
): string => webhookText({ occasion, facts, template, markup });

const jsonMessage = ({ url }: Webhook, body: object): WebhookMessage => ({
  url,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

function zulipMessage(webhook: Webhook, news: WebhookNews): WebhookMessage | undefined {
  const { name, url, secret = '' } = webhook;
  const colon = secret.indexOf(':');
  if (colon < 1)
    throw new Fault(
      'InputInvalid',
      `The webhook ${name} has no Zulip login: its secret is user:key of a bot.`,
    );
  const address = addressee(webhook, news);
  if (!address) return undefined;
  const content = textOf(webhook, news, 'zulip').slice(0, maxZulipCharacters);
  const base = url.replace(/\/+$/, '');
  const credentials = { user: secret.slice(0, colon), password: secret.slice(colon + 1) };
  return {
    url: base.endsWith('/api/v1/messages') ? base : `${base}/api/v1/messages`,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: basicAuthorization(credentials),
    },
    body: new URLSearchParams({ ...address, content }).toString(),
  };
}

function addressee({ to }: Webhook, { users, facts }: WebhookNews): Record<string, string> | undefined {
  if (to === undefined || to === '')
    return users.length === 0 ? undefined : { type: 'direct', to: JSON.stringify(users) };
  const [stream = '', topic] = to.split(/\s*>\s*/, 2);
  const subject = topic ?? facts.room ?? 'longtake';
  return {
    type: 'stream',
    to: JSON.stringify(stream.replace(/^#/, '')),
    topic: [...subject].slice(0, maxTopicCharacters).join(''),
  };
}

/** A secret with a scheme before it (`Bearer …`) is an Authorization header, any other one the header `key`. */
function genericMessage(webhook: Webhook, news: WebhookNews): WebhookMessage {
  const { secret } = webhook;
  const message = jsonMessage(webhook, {
    event: news.occasion,
    text: textOf(webhook, news, 'plain'),
    lecture: news.document,
  });
  if (secret !== undefined)
    message.headers[/^[A-Za-z][\w-]* \S/.test(secret) ? 'authorization' : 'key'] = secret;
  return message;
}

/** The form of the search archive that NVR Merger filled: only finished lectures belong there. */
function archiveMessage(
  webhook: Webhook,
  { occasion, facts, cameraIp }: WebhookNews,
): WebhookMessage | undefined {
  if (occasion !== 'ready' || !facts.url) return undefined;
  const message = jsonMessage(webhook, {
    room_name: facts.roomName ?? facts.room,
    date: facts.date,
    start_time: facts.start,
    end_time: facts.end,
    url: facts.url,
    type: 'Offline',
    camera_ip: cameraIp ?? '',
  });
  if (webhook.secret !== undefined) message.headers['key'] = webhook.secret;
  return message;
}
