import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { isPortFree } from '../../src/embedded/free-ports.ts';
import { runToSuccess } from '../setup/run-to-success.ts';
import { startPostgres, startSshd, testRun } from '../setup/servers.ts';
import { workflowBundle } from '../setup/workflow-bundle.ts';

test('a private PostgreSQL gives empty databases and is gone after stop', async () => {
  const postgres = await startPostgres();
  try {
    const urls = [await postgres.newDatabaseUrl(), await postgres.newDatabaseUrl()];
    expect(new Set(urls).size).toBe(2);
    const client = new pg.Client({ connectionString: urls[0] });
    await client.connect();
    const { rows } = await client.query(
      "select count(*)::int as tables from pg_tables where schemaname = 'public'",
    );
    expect(rows).toEqual([{ tables: 0 }]);
    await client.end();
  } finally {
    await postgres.stop();
  }
  expect(await isPortFree('127.0.0.1', postgres.port)).toBe(true);
});

test('a private sshd lets its key in, with a pinned host key, and is gone after stop', async () => {
  const sshd = await startSshd();
  try {
    const options = ['BatchMode=yes', 'IdentitiesOnly=yes', 'StrictHostKeyChecking=yes'];
    options.push(`UserKnownHostsFile=${sshd.knownHostsFile}`, `Port=${sshd.port}`);
    const args = ['-i', sshd.identityFile, ...options.flatMap((option) => ['-o', option])];
    const target = `${sshd.user}@${sshd.host}`;
    expect(
      await runToSuccess(await testRun(), { command: 'ssh', args: [...args, target, 'echo', 'in'] }),
    ).toEqual(['in']);
  } finally {
    await sshd.stop();
  }
  expect(await isPortFree(sshd.host, sshd.port)).toBe(true);
  await expect(stat(dirname(sshd.identityFile))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('the workflow bundle is built once for a run', async () => {
  const [one, two] = await Promise.all([workflowBundle(), workflowBundle()]);
  expect(one).toEqual(two);
  expect(one.codePath.startsWith(inject('sharedDir'))).toBe(true);
  expect((await stat(one.codePath)).size).toBeGreaterThan(100_000);
});
