// Tells webhooks about lectures: Zulip, Slack, any JSON receiver, and the old search archive.
import { Fault, isFault } from '../domain/fault.ts';
import { redactText } from '../domain/redact.ts';
import { post, type PostSettings } from './post.ts';
import { messageOf, type Webhook, type WebhookNews } from './webhook-message.ts';

export interface Webhooks {
  /**
   * `nobody`: this webhook has nobody to tell of it. Throws Fault SourceBusy, SourceUnreachable, AuthRejected, NotFound, ForbiddenUrl,
   * InputInvalid; none holds the address or the secret.
   */
  send(webhook: Webhook, news: WebhookNews, signal: AbortSignal): Promise<'sent' | 'nobody'>;
}

export function createWebhooks(settings: PostSettings): Webhooks {
  return {
    async send(webhook, news, signal) {
      const message = messageOf(webhook, news);
      if (!message) return 'nobody';
      try {
        const answer = await post(settings, { name: webhook.name, ...message, signal });
        if (webhook.kind === 'zulip') judgeZulip(webhook, answer);
        return 'sent';
      } catch (error) {
        throw isFault(error) ? withoutSecret(error, webhook) : error;
      }
    },
  };
}

/** Zulip says in its body whether it took the message. */
function judgeZulip({ name }: Webhook, answer: string): void {
  let said: { result?: unknown; msg?: unknown } | undefined;
  try {
    said = JSON.parse(answer) as typeof said;
  } catch {
    said = undefined;
  }
  if (said?.result === 'success') return;
  const words =
    typeof said?.msg === 'string' ? `: ${said.msg.slice(0, 300)}` : ' in a form that Zulip does not use';
  throw new Fault('InputInvalid', `The webhook ${name} was answered${words}.`);
}

/** What the other side says may repeat what it was sent. */
function withoutSecret(fault: Fault, { secret, url }: Webhook): Fault {
  const secrets = [secret ?? '', secret?.slice(secret.indexOf(':') + 1) ?? '', url].filter(
    (text) => text !== '',
  );
  return new Fault(fault.type, redactText({ text: fault.message, secrets }), fault.details);
}
