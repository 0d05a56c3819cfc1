// What a command's exit code means, and which fault leads to which code. No zod: this file is on the path of `--help`.
import type { FaultType } from '../domain/fault.ts';

export const exitCodes = { done: 0, gapsOrFailures: 1, badInput: 2, stackNotReachable: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeMeanings: Record<ExitCode, string> = {
  0: 'Done.',
  1: 'Done with gaps or failures: the work ended, and not everything is complete.',
  2: 'Bad input: a flag, file, name or configuration value was refused; nothing was changed.',
  3: 'The stack is not reachable: Temporal, the catalog or a server of the embedded stack does not answer.',
};

const badInput: readonly FaultType[] = [
  'InputInvalid',
  'UnsafeName',
  'ForbiddenUrl',
  'NotFound',
  'ConfigInvalid',
];

/** The exit code of a command that ended with this fault. */
export function exitCodeOfFault(type: FaultType): ExitCode {
  if (badInput.includes(type)) return exitCodes.badInput;
  return type === 'CatalogUnavailable' ? exitCodes.stackNotReachable : exitCodes.gapsOrFailures;
}
