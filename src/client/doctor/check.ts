// One check of the doctor, and how checks become a report.
import type { DoctorCheck, DoctorReport } from '../../contract/doctor.ts';

/** A question about this machine or a server; it answers with one row or several, and never throws on purpose. */
export interface Check {
  area: DoctorCheck['area'];
  name: string;
  look: () => Promise<Finding | Finding[]>;
  /** Longer than usual, for checks that do much. */
  longestSeconds?: number;
}

export type Finding = Pick<DoctorCheck, 'result' | 'finding' | 'remedy'> & { name?: string };

export const pass = (finding: string): Finding => ({ result: 'pass', finding });
export const warn = (finding: string, remedy: string): Finding => ({ result: 'warn', finding, remedy });
export const fail = (finding: string, remedy: string): Finding => ({ result: 'fail', finding, remedy });

/** Longest time a check may take; a server that says nothing is a finding too. */
const usualLongestSeconds = 20;

/** Runs all checks at once; the rows keep their order. */
export async function runChecks(checks: readonly Check[]): Promise<DoctorReport> {
  const rows = (await Promise.all(checks.map(runCheck))).flat();
  const worst = (['fail', 'warn'] as const).find((result) => rows.some((row) => row.result === result));
  return { result: worst ?? 'pass', checks: rows };
}

async function runCheck({
  area,
  name,
  look,
  longestSeconds = usualLongestSeconds,
}: Check): Promise<DoctorCheck[]> {
  const late = fail(
    `No answer within ${longestSeconds} s.`,
    'See whether the machine or the server is overloaded.',
  );
  const timer = Promise.withResolvers<Finding>();
  const handle = setTimeout(() => timer.resolve(late), longestSeconds * 1000);
  try {
    const found = await Promise.race([look(), timer.promise]);
    return [found].flat().map((finding) => ({ area, name, ...finding }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [{ area, name, ...fail(message, remedyOf(error)) }];
  } finally {
    clearTimeout(handle);
  }
}

function remedyOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'remedy' in error && typeof error.remedy === 'string')
    return error.remedy;
  return 'Read the sentence above and correct what it names.';
}
