// The report of `longtake doctor`: one row a check, each with what to do about it.
import { z } from 'zod';

export const checkResults = ['pass', 'warn', 'fail'] as const;

export const doctorCheck = z.strictObject({
  area: z.enum(['tools', 'storage', 'network', 'clock', 'catalog', 'temporal', 'workers', 'google']),
  name: z.string().describe('What was looked at, in a word or two.'),
  result: z.enum(checkResults),
  finding: z.string().describe('What was found, in one sentence, without secrets.'),
  remedy: z.string().optional().describe('What the operator can do; present unless the check passed.'),
});
export type DoctorCheck = z.infer<typeof doctorCheck>;

export const doctorReport = z.strictObject({
  result: z.enum(checkResults).describe('The worst of all checks.'),
  checks: z.array(doctorCheck),
});
export type DoctorReport = z.infer<typeof doctorReport>;
