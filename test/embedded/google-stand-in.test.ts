// The stand-in for Google as a part of the stack: a process of its own that comes back as it was known.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { freePort } from '../../src/embedded/free-ports.ts';
import {
  requireStandIn,
  standInSettings,
  startGoogleStandIn,
  type GoogleStandIn,
} from '../../src/embedded/google-stand-in.ts';
import { probeScopes } from '../../src/google/probe-scopes.ts';
import { tempDir, testRun, type TempDir } from '../setup/servers.ts';

let dir: TempDir;
let port: number;
let standIn: GoogleStandIn;

const start = async (): Promise<GoogleStandIn> =>
  startGoogleStandIn({
    ...{ run: await testRun(), ip: '127.0.0.1', port, dataDir: dir.path },
    logFile: join(dir.path, 'google.log'),
  });

beforeAll(async () => {
  dir = await tempDir();
  port = await freePort('127.0.0.1');
  standIn = await start();
});
afterAll(async () => {
  await standIn.stop();
  await dir.remove();
});

/** As a worker reads it from its environment. */
const googleOf = (env: Record<string, string>) =>
  loadConfig({ env: { ...env, HOME: dir.path, LONGTAKE_DATA: dir.path }, cwd: dir.path }).google;

async function probe() {
  const { folderId, calendarId, courseCode: course, spreadsheetId } = standIn.document;
  const asked = { folderId, calendarId, course, spreadsheetId };
  return probeScopes(googleOf(standInSettings(standIn.document)), asked);
}

describe('the stand-in of a stack', () => {
  test('gives the account of its settings every right that a lecture needs', async () => {
    const rows = await probe();
    expect(rows.filter(({ result }) => result !== 'pass')).toEqual([]);
    expect(rows).toHaveLength(11);
  });

  test('keeps its keys to the owner, and out of its log', async () => {
    const { credentialsFile, clientFile } = standIn.document;
    for (const file of [credentialsFile, clientFile]) expect((await stat(file)).mode & 0o777).toBe(0o600);
    const log = await readFile(join(dir.path, 'google.log'), 'utf8');
    expect(log).toContain('"ready":true');
    expect(log).not.toMatch(/PRIVATE KEY|GOCSPX/);
  });

  test('comes back with the same ids and the same account after it was killed', async () => {
    const before = standIn.document;
    process.kill(-standIn.pid, 'SIGKILL');
    await standIn.ended;
    await standIn.stop();
    standIn = await start();
    expect(standIn.document).toEqual(before);
    expect((await probe()).filter(({ result }) => result !== 'pass')).toEqual([]);
  });

  test('refuses a port that somebody listens on', async () => {
    await expect(start()).rejects.toMatchObject({ type: 'ConfigInvalid' });
  });

  test('is gone after the stop', async () => {
    await standIn.stop();
    expect(() => process.kill(-standIn.pid, 0)).toThrow('ESRCH');
    await expect(fetch(standIn.document.apiUrl)).rejects.toThrow('fetch failed');
  });
});

test('another account in the configuration stands against it; the one of `google login` does not', async () => {
  const config = loadConfig({ env: { HOME: dir.path, LONGTAKE_DATA: dir.path }, cwd: dir.path });
  const withGoogle = (google: Partial<typeof config.google>) =>
    requireStandIn({ ...config, google: { ...config.google, ...google } });
  await expect(withGoogle({ credentialsFile: '/etc/key.json' })).rejects.toMatchObject({
    type: 'ConfigInvalid',
  });
  await expect(withGoogle({ useDefaultCredentials: true })).rejects.toMatchObject({ type: 'ConfigInvalid' });
  await expect(withGoogle({ tokenFile: join(dir.path, 'google-token.json') })).resolves.toBeUndefined();
});
