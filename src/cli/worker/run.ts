// `longtake worker`: runs one worker until it is asked to stop.
import { runWorker } from '../../worker/main.ts';
import type { Invocation } from '../perform.ts';
import { configOf } from '../session.ts';
import { withHost } from './host-flag.ts';

export async function runWorkerCommand({ terminal, flags, json, signal }: Invocation): Promise<void> {
  const config = withHost(await configOf({ flags }), flags['host']);
  const untilStdinEnds = flags['untilStdinEnds'] === true;
  const stop = untilStdinEnds ? AbortSignal.any([signal, endOf(terminal.stdin)]) : signal;
  try {
    await runWorker({
      config,
      signal: stop,
      onReady: () => {
        if (json) terminal.out(JSON.stringify({ ready: true, host: config.host, pid: process.pid }));
        else terminal.out(`Worker on ${config.host} is ready; Ctrl-C stops it.`);
      },
    });
  } finally {
    // An open input keeps the process alive: a worker that failed would look like one that starts.
    if (untilStdinEnds) terminal.stdin.destroy();
  }
}

/** Aborted when the parent closes our input, or dies: its end of the pipe is then closed for it. */
function endOf(stdin: NodeJS.ReadStream): AbortSignal {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  stdin.on('end', end).on('close', end).on('error', end).resume();
  return controller.signal;
}
