// `room import-nvr`: rooms, sources and records of an old database, and what could not be taken over.
import { importNvr, type NvrImport } from '../../client/nvr-import.ts';
import { exitCodes, type ExitCode } from '../../contract/exit-codes.ts';
import type { nvrImported } from '../../contract/lecture-asked.ts';
import { Fault } from '../../domain/fault.ts';
import { printJson } from '../output/json.ts';
import { renderTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import type { Invocation } from '../perform.ts';
import { withCatalog } from '../session.ts';
import { givenTexts } from './given-text.ts';

export async function importRooms(invocation: Invocation): Promise<ExitCode> {
  const { terminal, flags, json } = invocation;
  const dsn = await dsnOf(invocation);
  const imported = await withCatalog(invocation, ({ catalog }) =>
    importNvr(catalog, { dsn, timeZone: String(flags['timeZone']) }),
  );
  if (json) printJson<typeof nvrImported>(terminal, imported);
  else printImport(terminal, imported);
  return imported.skipped.length === 0 ? exitCodes.done : exitCodes.gapsOrFailures;
}

async function dsnOf(invocation: Invocation): Promise<string> {
  const { dsn } = await givenTexts(invocation, ['dsn']);
  if (dsn === undefined)
    throw new Fault('InputInvalid', 'It is not said where the old database is.', {
      remedy: 'Give --dsn-file, --dsn-stdin or --dsn.',
    });
  const isInline = invocation.flags['dsn'] !== undefined;
  if (isInline && (/\/\/[^@/]*:[^@/]*@/.test(dsn) || /password=/i.test(dsn)))
    throw new Fault('InputInvalid', '--dsn holds a password, which the list of processes would show.', {
      remedy: 'Put the address into a file and give --dsn-file, or pipe it and give --dsn-stdin.',
    });
  return dsn;
}

function printImport(terminal: Terminal, { rooms, cameras, lectures, skipped }: NvrImport): void {
  terminal.out(`Added ${rooms} rooms, ${cameras} cameras, ${lectures} lectures.`);
  if (skipped.length === 0) return;
  terminal.out(`\nNot taken over:`);
  terminal.out(
    renderTable(
      ['table', 'id', 'why'],
      skipped.map(({ table, id, reason }) => [table, id, reason]),
    ),
  );
}
