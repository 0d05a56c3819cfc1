// Signals that came before a session's first line: heard in the order in which they came.
import { setDefaultSignalHandler, setHandler } from '@temporalio/workflow';
import type { SignalDefinition } from '@temporalio/workflow';

export interface HeardSignal {
  name: string;
  hear: (args: unknown[]) => void;
  listen: () => void;
}

export function heard<Args extends unknown[]>(
  signal: SignalDefinition<Args>,
  handler: (...args: Args) => void,
): HeardSignal {
  return {
    name: signal.name,
    hear: (args) => handler(...(args as Args)),
    listen: () => setHandler(signal, handler),
  };
}

/**
 * Sets the handlers. One after the other they would be given what waits name by name: a stop and then a restart that meet a
 * continue-as-new would become a restart and then a stop.
 */
export function listenInOrder(signals: readonly HeardSignal[]): void {
  const handlers = new Map(signals.map(({ name, hear }) => [name, hear]));
  setDefaultSignalHandler((name, ...args) => handlers.get(name)?.(args));
  setDefaultSignalHandler(undefined);
  for (const { listen } of signals) listen();
}
