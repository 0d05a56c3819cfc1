// Small documents that several commands print with `--json`.
import { z } from 'zod';

/** On stderr, when a command fails. */
export const errorDocument = z.strictObject({
  error: z.strictObject({
    type: z.string().describe('A failure type of the reference, or StackUnreachable, or Unexpected.'),
    message: z.string(),
    remedy: z.string(),
    errors: z.array(z.unknown()).optional().describe('All errors of an import, with line and field.'),
  }),
});
export type ErrorDocument = z.infer<typeof errorDocument>;

/** Answer of pause, resume, cancel, run without --wait, restart without --wait. */
export const planAsked = z.strictObject({
  id: z.string(),
  asked: z.enum(['run', 'pause', 'resume', 'cancel', 'restart']),
  workflowId: z.string(),
});
export type PlanAsked = z.infer<typeof planAsked>;

/** Answer of `plan rm`. */
export const planRemoved = z.strictObject({ id: z.string(), removed: z.boolean() });
