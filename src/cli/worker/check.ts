// `longtake worker --check`: whether a worker of this host renews its lease; for health checks of containers and units.
import { exitCodes, type ExitCode } from '../../contract/exit-codes.ts';
import type { HostDocument } from '../../contract/host.ts';
import type { Invocation } from '../perform.ts';
import { withCatalog } from '../session.ts';
import { withHost } from './host-flag.ts';

/** The lease is renewed by the event loop that serves the queues, through the catalog: it proves both. */
export const checkWorker = (invocation: Invocation): Promise<ExitCode> =>
  withCatalog(invocation, async ({ catalog, config: configured, terminal, json, flags }) => {
    const { host, storage } = withHost(configured, flags['host']);
    const name = storage === 'shared' ? 'shared' : host;
    const found = (await catalog.hosts.list()).find((row) => row.host === name);
    const alive = found?.alive === true;
    if (json && found) {
      const { leaseExpiresMs, ...facts } = found;
      const document: HostDocument = { ...facts, leaseExpiresAt: new Date(leaseExpiresMs).toISOString() };
      terminal.out(JSON.stringify(document));
    } else terminal.out(`${name}: ${alive ? 'alive' : found ? 'lost' : 'never seen'}`);
    return alive ? exitCodes.done : exitCodes.gapsOrFailures;
  });
