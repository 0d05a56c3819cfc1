// The document of `config print`: every key with its value, where the value came from, and secrets blotted out.
import { z } from 'zod';

export const configSources = ['flag', 'environment', 'file', 'stack', 'default'] as const;
export type ConfigSource = (typeof configSources)[number];

export const configDocument = z.strictObject({
  file: z.string().nullable().describe('The configuration file that was read, if any.'),
  values: z.array(
    z.strictObject({
      key: z.string(),
      value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.null()]),
      source: z.enum(configSources),
    }),
  ),
});
export type ConfigDocument = z.infer<typeof configDocument>;
