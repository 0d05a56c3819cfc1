// Which account of Google is in force: what is set, what a running stack brings, and what `longtake google login` has left.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfigWithSources } from '../../src/config/load.ts';
import { stackFilePath } from '../../src/config/stack-file.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';

let dir: TempDir;
let tokenFile: string;
beforeEach(async () => {
  dir = await tempDir();
  tokenFile = join(dir.path, 'google-token.json');
});
afterEach(() => dir.remove());

const load = (env: Record<string, string> = {}) =>
  loadConfigWithSources({ env: { HOME: dir.path, LONGTAKE_DATA: dir.path, ...env }, cwd: dir.path });

const standIn = { apiUrl: 'http://127.0.0.1:9994', credentialsFile: '/k.json', subject: 'a@b.test' };
const writeStack = () =>
  writeFile(
    stackFilePath(dir.path),
    JSON.stringify({
      ...{ pid: process.pid, temporalAddress: '127.0.0.1:7233', dataDir: dir.path, google: standIn },
      startedAt: new Date().toISOString(),
    }),
  );

test('the token of the data directory counts when it is there and nothing else is named', async () => {
  expect(load().config.google.tokenFile).toBeUndefined();
  await writeFile(tokenFile, '{}');
  expect(load().config.google.tokenFile).toBe(tokenFile);
  expect(load({ LONGTAKE_GOOGLE_CREDENTIALS_FILE: '/k.json' }).config.google.tokenFile).toBeUndefined();
  expect(load({ LONGTAKE_GOOGLE_USE_DEFAULT_CREDENTIALS: 'true' }).config.google.tokenFile).toBeUndefined();
  expect(load({ LONGTAKE_GOOGLE_TOKEN_FILE: '/t.json' }).config.google.tokenFile).toBe('/t.json');
});

test('the stand-in of a running stack is found by commands, and leaves a sign-in aside', async () => {
  await writeStack();
  await writeFile(tokenFile, '{}');
  const { config, sources } = load();
  expect(config.google).toMatchObject(standIn);
  expect(config.google.tokenFile).toBeUndefined();
  expect(sources['google.apiUrl']).toBe('stack');
});

test('an account that is set is stronger than the stand-in of the stack', async () => {
  await writeStack();
  const { google } = load({ LONGTAKE_GOOGLE_CREDENTIALS_FILE: '/mine.json' }).config;
  expect(google.credentialsFile).toBe('/mine.json');
  expect(google.apiUrl).toBeUndefined();
});
