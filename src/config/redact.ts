// The configuration as it may be shown: secrets blotted out, everything else as it is in force.
import type { ConfigDocument } from '../contract/config-document.ts';
import { configKeys } from './keys.ts';
import type { LoadedConfig } from './load.ts';
import type { Config } from './schema.ts';

/** The same configuration with the passwords of database addresses blotted out. */
export function redactConfig(config: Config): Config {
  const { catalog, restream } = config;
  return {
    ...config,
    catalog: catalog.kind === 'postgres' ? { ...catalog, url: redactDatabaseUrl(catalog.url) } : catalog,
    restream: restream.pgDsn ? { ...restream, pgDsn: redactDatabaseUrl(restream.pgDsn) } : restream,
  };
}

/** `postgres://user:***@host/db`; also a password that stands among the parameters. What does not parse is blotted out whole. */
export function redactDatabaseUrl(text: string): string {
  if (!URL.canParse(text)) return '***';
  const url = new URL(text);
  if (url.password !== '') url.password = '***';
  for (const name of [...url.searchParams.keys()]) {
    if (/pass|secret|token|key/i.test(name)) url.searchParams.set(name, '***');
  }
  return url.toString();
}

/** What `config print` shows: each key with its value and where the value came from. */
export function configDocumentOf({ config, sources, file }: LoadedConfig): ConfigDocument {
  const shown = redactConfig(config) as unknown as Record<string, unknown>;
  const values = configKeys().map(({ name }) => {
    const [section, word] = name.split('.') as [string, string | undefined];
    const value = word === undefined ? shown[section] : (shown[section] as Record<string, unknown>)[word];
    return {
      key: name,
      value: (value ?? null) as ConfigDocument['values'][number]['value'],
      source: sources[name] ?? 'default',
    };
  });
  return { file: file ?? null, values };
}
