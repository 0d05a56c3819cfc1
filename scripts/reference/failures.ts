// docs/reference/failures.md, from the table of failure types.
import { exitCodeOfFault } from '../../src/contract/exit-codes.ts';
import { failures, type FailureRow } from '../../src/contract/failures.ts';
import { faultTypes } from '../../src/domain/fault.ts';
import { code, generated, plain, table } from './markdown.ts';

const retryTexts: Record<FailureRow['retry'], string> = {
  never: 'no',
  few: 'three tries',
  transport: 'yes, with growing waits',
  slow: 'yes, every some seconds, without limit',
};

export function failuresReference(): string {
  const rows = faultTypes.map((type) => {
    const { retry, retryAfterSeconds, when, remedy } = failures[type];
    const wait = retryAfterSeconds === undefined ? '' : ` (${retryAfterSeconds} s)`;
    return [
      code(type),
      plain(when),
      `${retryTexts[retry]}${wait}`,
      plain(remedy),
      String(exitCodeOfFault(type)),
    ];
  });
  return [
    generated('src/contract/failures.ts'),
    '# Failures',
    'Every failure of an activity, a workflow or a command has one of these types. The type stands in the Web UI, in logs and in `--json` errors; the last column is the exit code of a command that ends with it.',
    table(['type', 'when', 'tried again', 'what to do', 'exit'], rows),
    'A gap is a result, not a failure: it stands in the plan and in the coverage file.',
  ].join('\n\n');
}
