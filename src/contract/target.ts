// The door of export targets: named places that merged files are sent to. What reaches a command line is held to a closed grammar here.
import { z } from 'zod';

export const targetName = z
  .string()
  .max(120)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dots, underscores and hyphens')
  .describe('Name by which plans refer to the target.');

const absolutePath = z
  .string()
  .max(4096)
  .regex(/^\/[^\p{Cc}]*$/u, 'an absolute path without control characters')
  .refine((path) => !path.split('/').includes('..'), 'no `..` in the path');

const hostLabel = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const host = z
  .string()
  .max(253)
  .regex(
    new RegExp(`^(?:${hostLabel}(?:\\.${hostLabel})*|\\[[0-9a-fA-F:.]{2,45}\\])$`),
    'a host name, an IPv4 address, or an IPv6 address in brackets',
  );

export const localTarget = z.strictObject({
  kind: z.literal('local'),
  path: absolutePath.describe('Directory on the worker’s host, or a mount there.'),
});

export const rsyncTarget = z.strictObject({
  kind: z.literal('rsync'),
  host: host
    .describe('Where sshd listens; absent: rsync to a directory on the worker’s host, without ssh.')
    .optional(),
  user: z
    .string()
    .max(64)
    .regex(/^[A-Za-z_][A-Za-z0-9._-]*$/, 'a user name of letters, digits, dots, underscores and hyphens')
    .describe('Remote user; the user of the worker when absent.')
    .optional(),
  port: z.int().min(1).max(65_535).default(22),
  path: absolutePath.describe('Directory on the remote host.'),
  identity: absolutePath.describe('Private key file on the worker’s host.').optional(),
  knownHosts: absolutePath
    .describe('File with the pinned host key on the worker’s host; the user’s own file when absent.')
    .optional(),
});

export const targetSpec = z.discriminatedUnion('kind', [localTarget, rsyncTarget]);
export type TargetInput = z.input<typeof targetSpec>;
/** A target as it is stored: every default filled in. */
export type TargetSpec = z.output<typeof targetSpec>;
export type RsyncTarget = z.output<typeof rsyncTarget>;
export type LocalTarget = z.output<typeof localTarget>;

export const targetRequest = z.strictObject({ name: targetName, spec: targetSpec });

export const targetDocument = z.strictObject({
  name: z.string(),
  spec: targetSpec,
  updatedAt: z.iso.datetime({ offset: true }),
});
export type TargetDocument = z.infer<typeof targetDocument>;
export const targetList = z.array(targetDocument);
export const targetRemoved = z.strictObject({ name: z.string(), removed: z.boolean() });
