// The document of a worker host: its lease and what it told about itself; doctor and `--json` print it.
import { z } from 'zod';

/** What a host tells with each renewal of its lease. */
export const hostFacts = z.strictObject({
  pid: z.int().optional(),
  startedAt: z.iso.datetime({ offset: true }).optional(),
  freeBytes: z.int().describe('Free space of the media root.').optional(),
  version: z.string().max(60).describe('Longtake’s version.').optional(),
});
export type HostFacts = z.infer<typeof hostFacts>;

export const hostDocument = z.strictObject({
  host: z.string(),
  alive: z.boolean().describe('The lease has not expired.'),
  leaseExpiresAt: z.iso.datetime({ offset: true }),
  ...hostFacts.shape,
});
export type HostDocument = z.infer<typeof hostDocument>;
export const hostList = z.array(hostDocument);
