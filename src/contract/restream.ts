// The documents of restream: what `restream status`, its orders and its servers print. Addresses here never carry credentials.
import { z } from 'zod';
import { relayEngines, relayStates } from './restream-messages.ts';

const instant = z.iso.datetime({ offset: true });

/** One relay, as the catalog knows it: fresh to 15 s. */
export const relayDocument = z.strictObject({
  camera: z.string(),
  state: z.enum(relayStates),
  since: instant.optional().describe('Since when it is in this state.'),
  engine: z.enum(relayEngines).optional(),
  server: z.string().optional().describe('MediaMTX server that carries it.'),
  viewUrl: z.string().optional().describe('Where viewers find it.'),
  source: z.string().describe('Address of the camera, without credentials.'),
  video: z.string().optional().describe('Codec and size, such as `h264 1280x720`.'),
  audio: z.string().optional().describe('Codec.'),
  bitsPerSecond: z.int().optional(),
  upSince: instant.optional(),
  restarts: z.int(),
  reason: z.string().optional().describe('The last failure in words.'),
});
export type RelayDocument = z.infer<typeof relayDocument>;

export const relayServerDocument = z.strictObject({
  name: z.string(),
  state: z
    .enum(['up', 'down', 'held'])
    .describe(
      'held: it answers again, and waits for `restream server return` or, with `returns` auto, until it has answered for long enough.',
    ),
  since: instant,
  apiUrl: z.string(),
  rtspUrl: z.string(),
  viewUrl: z.string(),
  weight: z.number(),
  returns: z.enum(['word', 'auto']),
  relays: z.int().describe('Relays placed on it.'),
  reason: z.string().optional().describe('Why it is down, or what it waits for.'),
});
export type RelayServerDocument = z.infer<typeof relayServerDocument>;
export const relayServerList = z.array(relayServerDocument);

/** What `restream status` prints. */
export const restreamDocument = z.strictObject({
  paused: z.boolean(),
  counts: z.record(z.enum(relayStates), z.int()),
  servers: relayServerList,
  cameras: z.array(relayDocument),
  attention: z
    .string()
    .optional()
    .describe('Something a person should look at; absent too while Temporal does not answer.'),
});
export type RestreamDocument = z.infer<typeof restreamDocument>;

/** Answer of an order to one relay, or to all (then without `camera`). */
export const relayAsked = z.strictObject({
  camera: z.string().optional(),
  asked: z.enum(['run', 'restart', 'stop', 'pause', 'resume', 'accept', 'engine']),
  workflowId: z.string(),
});

/** Answer of `restream server add`, `return` and `rm`. */
export const relayServerChanged = z.strictObject({
  name: z.string(),
  changed: z.enum(['added', 'returned', 'removed']),
});

/** Addresses of a MediaMTX server, as `restream server add` takes them. */
export const relayServerRequest = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/, 'small letters, digits, dots, hyphens, underscores'),
  apiUrl: z
    .string()
    .regex(/^https?:\/\/[^/@\s]+\/?$/, 'http://host:port of the Control API, without a login'),
  rtspUrl: z.string().regex(/^rtsps?:\/\/[^/@\s]+\/?$/, 'rtsp://host:port, without a login'),
  viewUrl: z
    .string()
    .regex(/^[a-z]+:\/\/[^@\s]+$/, 'an address without a login')
    .optional(),
  weight: z.number().positive().max(1_000_000).default(1),
  returns: z.enum(['word', 'auto']).default('word'),
});

/** The accounts file of a server, as its gate reads it; see `longtake gate`. */
export const relayServerAccounts = z.object({
  api: z.object({ user: z.string().min(1), password: z.string().min(1) }),
  gateKey: z
    .string()
    .regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits')
    .optional(),
});
