// `longtake doctor`: the report as rows, and the exit code that says what kind of trouble there is.
import type { DoctorCheck, DoctorReport, doctorReport } from '../../contract/doctor.ts';
import { exitCodes, type ExitCode } from '../../contract/exit-codes.ts';
import { roomFields } from '../../contract/room.ts';
import { Fault } from '../../domain/fault.ts';
import { diagnose, type DoctorSpec } from '../../embedded/doctor.ts';
import { printJson } from '../output/json.ts';
import type { Invocation } from '../perform.ts';
import { environment, loadedConfigOf } from '../session.ts';

export async function runDoctor(invocation: Invocation): Promise<ExitCode> {
  const { terminal, json } = invocation;
  const google = askOf(invocation);
  const report = await diagnose({ loaded: await loadedConfigOf(invocation), environment, google });
  if (json) printJson<typeof doctorReport>(terminal, report);
  else terminal.out(reportText(report));
  return exitCodeOfReport(report);
}

/** Naming something at Google asks for Google. */
function askOf({ flags }: Invocation): DoctorSpec['google'] {
  const textOf = (name: string): string | undefined =>
    typeof flags[name] === 'string' ? flags[name].trim() : undefined;
  const folder = textOf('folder');
  const folderId = folder && roomFields.shape.folderId.safeParse(folder);
  if (folderId && !folderId.success)
    throw new Fault('InputInvalid', '--folder takes the id of a Drive folder, or its address.');
  const ask = {
    folderId: folderId ? folderId.data : undefined,
    calendarId: textOf('calendar'),
    course: textOf('course'),
    spreadsheetId: textOf('sheet')?.replace(/^.*\/d\/|[/?#].*$/g, ''),
  };
  return flags['google'] === true || Object.values(ask).some(Boolean) ? ask : undefined;
}

const serverAreas: DoctorCheck['area'][] = ['network', 'catalog', 'temporal', 'workers'];

/** 0 when nothing failed, 3 when only servers failed, else 1. */
export function exitCodeOfReport({ checks }: DoctorReport): ExitCode {
  const failed = checks.filter((check) => check.result === 'fail');
  if (failed.length === 0) return exitCodes.done;
  return failed.every((check) => serverAreas.includes(check.area))
    ? exitCodes.stackNotReachable
    : exitCodes.gapsOrFailures;
}

function reportText({ checks }: DoctorReport): string {
  const nameWidth = Math.max(...checks.map((check) => check.name.length));
  const rows = checks.map(({ result, name, finding, remedy }) => {
    const row = `${result.padEnd(4)}  ${name.padEnd(nameWidth)}  ${finding}`;
    return remedy ? `${row}\n${' '.repeat(nameWidth + 8)}→ ${remedy}` : row;
  });
  const count = (result: DoctorCheck['result']): number =>
    checks.filter((check) => check.result === result).length;
  return [...rows, '', `${count('pass')} passed, ${count('warn')} warnings, ${count('fail')} failed.`].join(
    '\n',
  );
}
