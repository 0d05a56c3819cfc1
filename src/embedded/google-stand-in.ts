// The stand-in for Google of `longtake up --fake-google`: a program of the checkout's tests, started as a child of the stack.
import { access, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataFiles } from '../config/derived-defaults.ts';
import type { Config } from '../config/schema.ts';
import { standInDocument, type StandInDocument } from '../contract/stack.ts';
import { Fault } from '../domain/fault.ts';
import type { Run, RunEnd } from '../process/run-spec.ts';
import { refuseTakenPorts } from './free-ports.ts';
import { startServerProcess } from './server-process.ts';

export interface GoogleStandInSpec {
  run: Run;
  ip: string;
  port: number;
  /** Its key, its ids and its files lie in `<dataDir>/google`. */
  dataDir: string;
  logFile: string;
}

export interface GoogleStandIn {
  document: StandInDocument;
  pid: number;
  /** Settles when it has ended for whatever reason. */
  ended: Promise<RunEnd>;
  /** Safe to call twice. */
  stop(): Promise<void>;
}

/** In a package it is absent: what is published are the sources alone. */
const program = join(fileURLToPath(new URL('../../test/fakes/google', import.meta.url)), 'main.ts');

/** @throws Fault ToolMissing where this is no checkout, ConfigInvalid where another account is configured */
export async function requireStandIn({ google, dataDir }: Config): Promise<void> {
  const { apiUrl, credentialsFile, tokenFile, useDefaultCredentials } = google;
  const ownToken = tokenFile === dataFiles(dataDir).googleTokenFile ? undefined : tokenFile;
  if (apiUrl ?? credentialsFile ?? ownToken ?? (useDefaultCredentials || undefined))
    throw new Fault(
      'ConfigInvalid',
      'The stand-in brings its own account, and the configuration names another one of Google.',
      {
        remedy: 'Start without --fake-google, or take the keys google.* out of file and environment.',
      },
    );
  const isThere = await access(program).then(
    () => true,
    () => false,
  );
  if (!isThere)
    throw new Fault(
      'ToolMissing',
      'The stand-in for Google is no part of the package; --fake-google works in a checkout of Longtake alone.',
      {
        remedy:
          'Run `npm run demo:lecture` or `longtake up --fake-google` in a checkout, or connect a real account (docs/guide/google.md).',
      },
    );
}

/** Starts it and returns when it answers. What was uploaded to an earlier one is gone; its ids and its account are the same. */
export async function startGoogleStandIn(spec: GoogleStandInSpec): Promise<GoogleStandIn> {
  const { run, ip, port, dataDir, logFile } = spec;
  await refuseTakenPorts(ip, { 'Google stand-in': port });
  const directory = join(dataDir, 'google');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const apiUrl = `http://${ip}:${port}`;
  const server = await startServerProcess({
    ...{ run, logFile, label: 'The stand-in for Google', startSeconds: 90 },
    command: process.execPath,
    args: [program, directory, String(port)],
    isReady: async () => (await fetch(apiUrl, { signal: AbortSignal.timeout(2000) })).status === 404,
  });
  const document = standInDocument.parse({
    apiUrl,
    credentialsFile: join(directory, 'service-account.json'),
    clientFile: join(directory, 'oauth-client.json'),
    ...(JSON.parse(await readFile(join(directory, 'ids.json'), 'utf8')) as object),
  });
  return { document, pid: server.pid, ended: server.ended, stop: server.stop };
}

/** Settings that lead workers to it, as variables. */
export const standInSettings = ({
  apiUrl,
  credentialsFile,
  subject,
}: StandInDocument): Record<string, string> => ({
  LONGTAKE_GOOGLE_API_URL: apiUrl,
  LONGTAKE_GOOGLE_CREDENTIALS_FILE: credentialsFile,
  LONGTAKE_GOOGLE_SUBJECT: subject,
});
