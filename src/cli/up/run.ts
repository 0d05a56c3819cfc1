// `longtake up`: prints the addresses of the stack and holds it until it is asked to stop.
import type { z } from 'zod';
import type { stackReady } from '../../contract/stack.ts';
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
    freshHistory: invocation.flags['freshHistory'] === true,
    ...(file === undefined ? {} : { workerSettings: { LONGTAKE_CONFIG: file } }),
    note: (line) => terminal.err(line),
  });
  try {
    const { temporalAddress, uiUrl, mediamtx, dataDir } = stack.document;
    if (json) {
      terminal.out(
        JSON.stringify({ ready: true, temporalAddress, uiUrl, mediamtx, dataDir } satisfies Ready),
      );
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
