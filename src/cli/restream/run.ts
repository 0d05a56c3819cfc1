// `restream run`: starts or joins the supervisor, and serves its work in this process until it is asked to stop.
import { openTemporal } from '../../client/connect.ts';
import { startRestream } from '../../client/restream.ts';
import type { relayAsked } from '../../contract/restream.ts';
import type { Config } from '../../config/schema.ts';
import { runWorker } from '../../worker/main.ts';
import { printJson } from '../output/json.ts';
import type { Invocation } from '../perform.ts';
import { configOf, loadedConfigOf } from '../session.ts';
import { withHost } from '../worker/host-flag.ts';
import { healthAddress, serveHealth } from './health.ts';

export async function runRestream(invocation: Invocation): Promise<void> {
  const { terminal, flags, signal } = invocation;
  const config = await withDsn(invocation, withHost(await configOf(invocation), flags['host']));
  if (flags['detach'] === true) return await begin(invocation, config);
  const health =
    flags['health'] === undefined ? undefined : await serveHealth(healthAddress(flags['health']));
  try {
    await runWorker({
      config,
      signal,
      onReady: () => {
        health?.setReady();
        begin(invocation, config).catch((error: unknown) =>
          terminal.err(
            `The supervisor is not started yet: ${error instanceof Error ? error.message : String(error)}`,
          ),
        );
      },
    });
  } finally {
    await health?.stop();
  }
}

async function begin({ terminal, json }: Invocation, config: Config): Promise<void> {
  const temporal = await openTemporal(config.temporal);
  try {
    const workflowId = await startRestream(temporal.client);
    if (json) return printJson<typeof relayAsked>(terminal, { asked: 'run', workflowId });
    terminal.out('Relays are kept up; `longtake restream status` shows them.');
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
