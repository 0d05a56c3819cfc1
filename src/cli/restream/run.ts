// `restream run`: starts or joins the supervisor, and serves its work in this process until it is asked to stop.
import { openTemporal } from '../../client/connect.ts';
import { startRestream } from '../../client/restream.ts';
import type { Config } from '../../config/schema.ts';
import { runWorker } from '../../worker/main.ts';
import type { Invocation } from '../perform.ts';
import { configOf, loadedConfigOf } from '../session.ts';
import { withHost } from '../worker/host-flag.ts';
import { healthAddress, serveHealth } from './health.ts';
import { keepSupervisor, sayRuns, type KeptSupervisor } from './supervisor.ts';

export async function runRestream(invocation: Invocation): Promise<void> {
  const { flags, signal } = invocation;
  const config = await withDsn(invocation, withHost(await configOf(invocation), flags['host']));
  if (flags['detach'] === true) return await begin(invocation, config);
  const health =
    flags['health'] === undefined ? undefined : await serveHealth(healthAddress(flags['health']));
  let supervisor: KeptSupervisor | undefined;
  try {
    await runWorker({
      config,
      signal,
      onReady: () => (supervisor = keepSupervisor(invocation, config)),
      ...(health && {
        onHealth: (worker) =>
          health.follow(() => [...worker.findings(), ...(supervisor ? [supervisor.finding()] : [])]),
      }),
    });
  } finally {
    await health?.stop();
  }
  await supervisor?.ended;
}

async function begin({ terminal, json }: Invocation, config: Config): Promise<void> {
  const temporal = await openTemporal(config.temporal);
  try {
    sayRuns({ terminal, json }, { state: 'runs', workflowId: await startRestream(temporal.client) });
  } finally {
    await temporal.close();
  }
}

/** PG_DSN over the flag, the flag over the file. */
async function withDsn(invocation: Invocation, config: Config): Promise<Config> {
  const { sources } = await loadedConfigOf(invocation);
  const flag = invocation.flags['pgDsn'];
  if (typeof flag !== 'string' || sources['restream.pgDsn'] === 'environment') return config;
  return { ...config, restream: { ...config.restream, pgDsn: flag } };
}
