// `longtake up`: prints the addresses of the stack and holds it until it is asked to stop.
import type { z } from 'zod';
import type { stackReady, StandInDocument } from '../../contract/stack.ts';
import { Fault } from '../../domain/fault.ts';
import { startStack } from '../../embedded/up.ts';
import { renderTable } from '../output/table.ts';
import type { Invocation } from '../perform.ts';
import { numberOf } from '../plan/request.ts';
import { environment, loadedConfigOf } from '../session.ts';

type Ready = z.input<typeof stackReady>;

export async function runUp(invocation: Invocation): Promise<void> {
  const { terminal, json, signal } = invocation;
  const { config, file } = await loadedConfigOf(invocation);
  const workers = workersOf(invocation);
  const stack = await startStack({
    ...{ config, workers, environment, signal },
    fakeGoogle: invocation.flags['fakeGoogle'] === true,
    freshHistory: invocation.flags['freshHistory'] === true,
    ...(file === undefined ? {} : { workerSettings: { LONGTAKE_CONFIG: file } }),
    note: (line) => terminal.err(line),
  });
  try {
    const { temporalAddress, uiUrl, mediamtx, google, dataDir } = stack.document;
    if (json) {
      const ready = {
        ready: true,
        temporalAddress,
        uiUrl,
        mediamtx,
        ...(google && { google }),
        dataDir,
      } as const;
      terminal.out(JSON.stringify(ready satisfies Ready));
    } else {
      terminal.out(
        renderTable(
          ['ready', ''],
          [
            ['Web UI', uiUrl],
            ['Temporal', temporalAddress],
            ['RTSP in and out', mediamtx.rtspUrl],
            ['Playback', mediamtx.playbackUrl],
            ['MediaMTX accounts', mediamtx.accountsFile],
            ...(google ? standInRows(google) : []),
            ['Data', dataDir],
          ],
        ),
      );
      terminal.out('Ctrl-C stops the stack.');
    }
    await aborted(signal);
    terminal.err('Stopping …');
  } finally {
    await stack.stop();
  }
}

const standInRows = (google: StandInDocument): [string, string][] => [
  ['Stand-in for Google', google.apiUrl],
  ['Drive folder', google.folderId],
  ['Calendar', google.calendarId],
  ['Course', `${google.courseCode} (${google.courseId})`],
];

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function workersOf({ flags }: Invocation): number {
  const problems: string[] = [];
  const workers = numberOf({ flags, name: 'workers', problems }) ?? 1;
  if (problems.length > 0 || !Number.isInteger(workers) || workers < 1 || workers > 64)
    throw new Fault('InputInvalid', '--workers takes a number from 1 to 64.');
  return workers;
}
