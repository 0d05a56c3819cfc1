// Checks of ports, of the running stack's servers, and of the clock.
import type { StackDocument } from '../../contract/stack.ts';
import { archiveClockOffset } from '../archive-clock.ts';
import { type Check, fail, type Finding, pass, warn } from './check.ts';

export interface NetworkAsk {
  /** The stack that runs in the data directory. */
  stack: Pick<StackDocument, 'uiUrl' | 'mediamtx'> | undefined;
  /** Ports that an embedded stack likes to have, by name. */
  usualPorts: Readonly<Record<string, number>>;
  isPortFree: (port: number) => Promise<boolean>;
}

export const networkChecks = (ask: NetworkAsk): Check[] => [
  { area: 'network', name: 'ports', look: () => lookAtPorts(ask) },
  ...(ask.stack ? serverChecks(ask.stack) : []),
];

async function lookAtPorts({ stack, usualPorts, isPortFree }: NetworkAsk): Promise<Finding> {
  if (stack) return pass('Held by the running stack.');
  const taken: string[] = [];
  for (const [name, port] of Object.entries(usualPorts))
    if (!(await isPortFree(port))) taken.push(`${name} ${port}`);
  if (taken.length === 0) return pass(`${Object.values(usualPorts).join(', ')} are free.`);
  return warn(`Taken: ${taken.join(', ')}.`, 'Nothing: `longtake up` chooses other ports and prints them.');
}

const serverChecks = ({ uiUrl, mediamtx }: NonNullable<NetworkAsk['stack']>): Check[] => [
  { area: 'network', name: 'MediaMTX', look: () => lookAtServer('MediaMTX playback', mediamtx.playbackUrl) },
  { area: 'network', name: 'Web UI', look: () => lookAtServer('The Web UI', uiUrl) },
  { area: 'clock', name: 'clock', look: () => lookAtClock(uiUrl) },
];

async function lookAtServer(label: string, url: string): Promise<Finding> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(3000), redirect: 'manual' });
    return pass(`${label} answers at ${url}.`);
  } catch {
    return fail(
      `${label} does not answer at ${url}.`,
      'Stop `longtake up` and start it again; its logs lie in <data>/logs.',
    );
  }
}

async function lookAtClock(url: string): Promise<Finding> {
  const offsetSeconds = await archiveClockOffset(url);
  if (offsetSeconds === null)
    return warn('The server tells no time.', 'Compare the clocks of the hosts by hand.');
  if (Math.abs(offsetSeconds) <= 2) return pass('Our clock and the server’s agree.');
  return warn(`The server’s clock is ${offsetSeconds} s ahead of ours.`, 'Synchronise both by NTP.');
}
