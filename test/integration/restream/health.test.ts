// The health of `longtake restream run`, the product's own command, while what it needs is taken away and given back.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HealthReport } from '../../../src/domain/health.ts';
import { freePorts } from '../../../src/embedded/free-ports.ts';
import { eventually } from '../../setup/eventually.ts';
import { startPostgres, type TestPostgres } from '../../setup/servers.ts';
import { layWire, type BrokenWire } from '../faults/broken-wire.ts';
import { startRelayStack, type RelayStack } from './relay-stack.ts';
import { laySilentWire, type SilentWire } from './silent-wire.ts';

const launcher = fileURLToPath(new URL('../../../bin/longtake.js', import.meta.url));
let postgres: TestPostgres;
let stack: RelayStack;
let toCatalog: BrokenWire;
let toTemporal: SilentWire;
let child: ChildProcess;
let url: string;
const said: string[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  const catalogUrl = await postgres.newDatabaseUrl();
  stack = await startRelayStack({ catalogUrl, worker: 'none', settings: { serverLostSeconds: 2 } });
  const { dataDir, temporal, restream } = stack.config;
  const [host = '', port] = temporal.address!.split(':');
  toCatalog = await layWire(postgres);
  toTemporal = await laySilentWire({ host, port: Number(port) });
  const [healthPort] = await freePorts('127.0.0.1', 1);
  url = `http://127.0.0.1:${healthPort}`;
  const env = {
    ...{ PATH: process.env['PATH'], HOME: process.env['HOME'], LONGTAKE_LOG: 'error' },
    ...{ LONGTAKE_HOST: 'relays', LONGTAKE_DATA: dataDir },
    LONGTAKE_TEMPORAL_ADDRESS: `127.0.0.1:${toTemporal.port}`,
    LONGTAKE_TEMPORAL_NAMESPACE: temporal.namespace!,
    LONGTAKE_CATALOG_URL: catalogUrl.replace(`:${postgres.port}/`, `:${toCatalog.port}/`),
    LONGTAKE_RESTREAM_SERVER_LOST_SECONDS: String(restream.serverLostSeconds),
    LONGTAKE_RESTREAM_POLL_SECONDS: '0.5',
    LONGTAKE_RESTREAM_KEEP_SECONDS: '0.3',
  };
  const argv = [launcher, 'restream', 'run', '--health', url.slice('http://'.length)];
  child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const output of [child.stdout!, child.stderr!])
    output.on('data', (chunk: Buffer) => said.push(String(chunk)));
});
afterAll(async () => {
  const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
  child.kill('SIGKILL');
  await gone;
  await stack[Symbol.asyncDispose]();
  await toCatalog[Symbol.asyncDispose]();
  await toTemporal[Symbol.asyncDispose]();
  await postgres.stop();
});

async function health(): Promise<{ status: number; ill: string[]; text: string }> {
  const response = await fetch(`${url}/healthz`);
  const report = (await response.json()) as HealthReport;
  expect(response.status).toBe(report.ready ? 200 : 503);
  const ill = report.checks.filter(({ ok }) => !ok).map(({ name }) => name);
  return { status: response.status, ill, text: JSON.stringify(report) };
}
const lives = async (): Promise<number> => (await fetch(`${url}/livez`)).status;
async function becomes(status: number, ...ill: string[]): Promise<string> {
  let now: Awaited<ReturnType<typeof health>> | undefined;
  await eventually(
    async () => {
      now = child.exitCode === null ? await health().catch(() => undefined) : undefined;
      return now?.status === status && ill.every((name) => now!.ill.includes(name));
    },
    { what: `health ${status} ${ill.join()}`, seconds: 40 },
  ).catch((error: Error) => {
    throw new Error(`${error.message}; it was ${now?.text}, and said ${said.join('')}`);
  });
  return now!.text;
}

test('is good once everything answers, and says what it has looked at', async () => {
  expect(JSON.parse(await becomes(200))).toEqual({
    ready: true,
    checks: ['queues', 'catalog', 'temporal', 'mediamtx', 'supervisor'].map((name) => ({ name, ok: true })),
  });
  expect(said.join('')).toContain('Relays are kept up');
});

test('is bad while the catalog is away, in words without its password, and good again afterwards', async () => {
  toCatalog.cut();
  const text = await becomes(503, 'catalog');
  expect(text).not.toContain(postgres.password);
  expect(await lives()).toBe(200);
  toCatalog.mend();
  await becomes(200);
});

test('is bad while Temporal says nothing, and good again afterwards', async () => {
  toTemporal.silence();
  await becomes(503, 'temporal');
  expect(await lives()).toBe(200);
  toTemporal.speak();
  await becomes(200);
});

test('is bad while the only MediaMTX is away, and good again afterwards', async () => {
  await stack.target.kill();
  const text = await becomes(503, 'mediamtx');
  expect(text).toContain('MediaMTX does not answer');
  await stack.target.restart();
  await becomes(200);
});

test('is bad while nobody supervises, and the supervisor is begun again when it was terminated', async () => {
  const handle = stack.client.workflow.getHandle('restream');
  await handle.terminate('by hand');
  await becomes(503, 'supervisor');
  await becomes(200);
  expect((await handle.describe()).status.name).toBe('RUNNING');
  expect(said.join('')).toContain('The supervisor has ended: by hand. It is begun again.');
});

test('ends with its process, which ends well when it is asked to', async () => {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  await expect(lives()).rejects.toThrow();
});
