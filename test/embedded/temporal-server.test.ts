import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { searchAttributeArgs } from '../../src/contract/search-attributes.ts';
import { isAlive, identify } from '../../src/embedded/process-identity.ts';
import {
  startTemporalServer,
  temporalServerArgs,
  type TemporalServerSpec,
} from '../../src/embedded/temporal-server.ts';
import { parseTemporalVersion } from '../../src/embedded/temporal-stamp.ts';
import { tempDir, testRun, testServer, type TempDir } from '../setup/servers.ts';

const dirs: TempDir[] = [];
afterEach(async () => {
  for (const dir of dirs.splice(0)) await dir.remove();
});

async function specIn(dataDir: string): Promise<TemporalServerSpec> {
  return {
    run: await testRun(),
    binary: await testServer('temporal'),
    dataDir,
    ip: '127.0.0.1',
    searchAttributes: searchAttributeArgs,
    namespace: 'default',
    logFile: join(dataDir, 'logs', 'temporal.log'),
    durable: false,
  };
}

async function newDir(): Promise<string> {
  const dir = await tempDir();
  dirs.push(dir);
  return dir.path;
}

async function customAttributes(address: string): Promise<string[]> {
  const connection = await Connection.connect({ address });
  try {
    const answer = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    return Object.keys(answer.customAttributes ?? {});
  } finally {
    await connection.close();
  }
}

const names = searchAttributeArgs.map((attribute) => attribute.split('=')[0]!);

describe('the shared server of integration tests', () => {
  test('knows the search attributes of the contract', async () => {
    expect(await customAttributes(inject('temporalAddress'))).toEqual(expect.arrayContaining(names));
  });
});

describe('temporalServerArgs', () => {
  const spec = {
    database: '/d/t.db',
    ip: '127.0.0.1',
    port: 1,
    uiPort: 2,
    namespace: 'default',
    durable: true,
  };

  test('keeps the profile of the user out and names every search attribute', () => {
    const args = temporalServerArgs({ ...spec, searchAttributes: ['LtPlan=Keyword'] });
    expect(args.join(' ')).toBe(
      'server start-dev --disable-config-file --disable-config-env --log-format json --db-filename /d/t.db ' +
        '--ip 127.0.0.1 --port 1 --ui-ip 127.0.0.1 --ui-port 2 --search-attribute LtPlan=Keyword',
    );
  });

  test('makes a namespace other than default and gives up durability only when told', () => {
    const args = temporalServerArgs({ ...spec, searchAttributes: [], namespace: 'video', durable: false });
    expect(args.slice(-4)).toEqual(['--namespace', 'video', '--sqlite-pragma', 'synchronous=off']);
  });
});

describe('startTemporalServer', () => {
  test('serves its namespace and Web UI, keeps its database over a restart, leaves nothing running', async () => {
    const spec = await specIn(await newDir());
    const first = await startTemporalServer({ ...spec, searchAttributes: ['LtPlan=Keyword'] });
    expect(await customAttributes(first.address)).toEqual(['LtPlan']);
    expect((await fetch(first.uiUrl)).status).toBe(200);
    const identity = identify(first.pid);
    await first.stop();
    expect(isAlive(identity)).toBe(false);

    const second = await startTemporalServer({ ...spec, retentionDays: 90 });
    try {
      expect((await customAttributes(second.address)).sort()).toEqual([...names].sort());
      const connection = await Connection.connect({ address: second.address });
      const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(90 * 86_400);
      await connection.close();
    } finally {
      await second.stop();
    }
    expect(await readFile(spec.logFile, 'utf8')).not.toBe('');
    expect(await readdir(join(spec.dataDir, 'temporal'))).not.toContain('temporal.lock');
  });

  test('refuses a second server on the same data directory and names the first', async () => {
    const spec = await specIn(await newDir());
    const first = await startTemporalServer(spec);
    try {
      await expect(startTemporalServer(spec)).rejects.toMatchObject({
        type: 'ConfigInvalid',
        message: expect.stringContaining(`process ${process.pid} already runs`) as string,
      });
    } finally {
      await first.stop();
    }
  });

  test('refuses a database of another server version, and starts afresh when told', async () => {
    const spec = await specIn(await newDir());
    const dir = join(spec.dataDir, 'temporal');
    await mkdir(dir);
    await writeFile(join(dir, 'temporal.db'), 'not ours');
    await writeFile(
      join(dir, 'version.json'),
      JSON.stringify({ cli: '0.9.0', server: '1.20.0', ui: '2.0.0' }),
    );
    await expect(startTemporalServer(spec)).rejects.toMatchObject({
      type: 'ConfigInvalid',
      message: expect.stringMatching(/1\.20\.0.*--fresh-history/) as string,
    });
    const server = await startTemporalServer({ ...spec, freshHistory: true });
    await server.stop();
    const aside = (await readdir(dir)).find((name) => name.startsWith('aside-1.20.0-'));
    expect(await readFile(join(dir, aside!, 'temporal.db'), 'utf8')).toBe('not ours');
  });

  test('refuses a port that somebody else listens on, and gives the data directory free', async () => {
    const spec = await specIn(await newDir());
    const port = Number(inject('temporalAddress').split(':')[1]);
    await expect(startTemporalServer({ ...spec, port })).rejects.toMatchObject({
      type: 'ConfigInvalid',
      details: { port },
    });
    expect(await readdir(join(spec.dataDir, 'temporal'))).not.toContain('temporal.lock');
  });

  test('reports a binary that is no Temporal CLI', async () => {
    const spec = await specIn(await newDir());
    await expect(startTemporalServer({ ...spec, binary: process.execPath })).rejects.toMatchObject({
      type: 'ToolMissing',
    });
  });
});

test.each([
  ['temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)', { cli: '1.5.1', server: '1.29.1', ui: '2.42.1' }],
  ['temporal version v1.5.1 (Server 1.29.1, UI 2.42.1)', { cli: '1.5.1', server: '1.29.1', ui: '2.42.1' }],
  ['temporal 1.5.1', undefined],
])('the version line %j reads as %j', (text, version) => {
  expect(parseTemporalVersion(text)).toEqual(version);
});
