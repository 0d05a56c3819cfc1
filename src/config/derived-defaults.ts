// Defaults that depend on the machine or on other keys, each with the words by which the reference describes it.
import { existsSync } from 'node:fs';
import { availableParallelism, homedir, hostname } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './read-environment.ts';

/** How the reference describes each derived default. */
export const derivedDefaultTexts: Record<string, string> = {
  dataDir: '$XDG_DATA_HOME/longtake, else ~/.local/share/longtake',
  host: 'the machine’s host name',
  mediaRoot: '<dataDir>/media',
  keyFile: '<dataDir>/credentials.key',
  'catalog.kind': 'postgres when catalog.url is set, else sqlite',
  'catalog.file': '<dataDir>/catalog.sqlite',
  'google.tokenFile':
    '<dataDir>/google-token.json when it is there and no other credentials of Google are named',
  'media.slots': 'half of the processor’s cores, at least 1',
};

export function defaultDataDir(env: Environment): string {
  const shared = env['XDG_DATA_HOME'] || join(env['HOME'] || homedir(), '.local', 'share');
  return join(shared, 'longtake');
}

/** The host name in the letters that a queue name takes. */
export function defaultHost(name: string = hostname()): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .slice(0, 63)
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return plain || 'host';
}

export const defaultMediaSlots = (): number => Math.max(1, Math.floor(availableParallelism() / 2));

export const dataFiles = (dataDir: string) => ({
  mediaRoot: join(dataDir, 'media'),
  keyFile: join(dataDir, 'credentials.key'),
  catalogFile: join(dataDir, 'catalog.sqlite'),
  googleTokenFile: join(dataDir, 'google-token.json'),
});

/** What `longtake google login` has left in the data directory; undefined when other credentials are named, or there is none. */
export function defaultTokenFile({
  values,
  dataDir,
}: {
  values: Readonly<Record<string, unknown>>;
  dataDir: string;
}): string | undefined {
  const named =
    values['google.tokenFile'] ??
    values['google.credentialsFile'] ??
    (values['google.useDefaultCredentials'] || undefined);
  const { googleTokenFile } = dataFiles(dataDir);
  return named === undefined && existsSync(googleTokenFile) ? googleTokenFile : undefined;
}
