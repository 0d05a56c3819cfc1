// The door of webhooks: who is told about lectures, and what of a webhook may be shown; its address often is the secret itself.
import { z } from 'zod';
import { cameraId } from './camera.ts';

export const webhookKinds = ['zulip', 'slack', 'generic', 'archive'] as const;
export const webhookEvents = ['ready', 'waiting', 'failed'] as const;

const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}]+$/u, 'one line without control characters');

export const webhookName = z
  .string()
  .max(120)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dots, underscores and hyphens');

const needsSecret: Partial<Record<(typeof webhookKinds)[number], string>> = {
  zulip: 'user:key of the bot',
  archive: 'the key of the archive',
};

export const webhookRequest = z
  .strictObject({
    name: webhookName,
    kind: z.enum(webhookKinds),
    url: z
      .string()
      .trim()
      .max(2000)
      .regex(/^https?:\/\/[^\s\p{Cc}@/]+(?:\/[^\s\p{Cc}]*)?$/u, 'an http(s) address without a login')
      .refine((text) => URL.canParse(text), 'an http(s) address'),
    secret: line(1000).optional(),
    rooms: z.array(cameraId).max(1000).default([]).describe('Rooms it is about; empty: all.'),
    events: z
      .array(z.enum(webhookEvents))
      .min(1)
      .default([...webhookEvents]),
    template: z
      .string()
      .min(1)
      .max(4000)
      .regex(/^[^\p{Cc}]*(?:[\n\t][^\p{Cc}]*)*$/u, 'no control characters')
      .describe('Over the built-in text, with {placeholders}.')
      .optional(),
    to: line(300)
      .describe('Zulip: `stream > topic`; absent: those who asked for the lecture are written to.')
      .optional(),
  })
  .superRefine(({ kind, secret }, context) => {
    const needed = needsSecret[kind];
    if (needed !== undefined && secret === undefined)
      context.addIssue({ code: 'custom', path: ['secret'], message: `is needed for ${kind}: ${needed}` });
    if (kind === 'zulip' && secret !== undefined && !/^[^:]+:.+$/.test(secret))
      context.addIssue({ code: 'custom', path: ['secret'], message: 'is user:key for zulip' });
  });
export type WebhookRequest = z.input<typeof webhookRequest>;

export const webhookDocument = z.strictObject({
  name: z.string(),
  kind: z.enum(webhookKinds),
  host: z.string().describe('Of its address, which itself is never shown.'),
  hasSecret: z.boolean(),
  rooms: z.array(z.string()),
  events: z.array(z.string()),
  template: z.string().optional(),
  to: z.string().optional(),
  updatedAt: z.iso.datetime({ offset: true }),
});
export type WebhookDocument = z.output<typeof webhookDocument>;
export const webhookList = z.array(webhookDocument);
export const webhookRemoved = z.strictObject({ name: z.string(), removed: z.boolean() });
