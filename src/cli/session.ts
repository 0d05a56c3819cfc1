// What most commands open: the configuration and the catalog, closed again however the command ends.
import type { Catalog } from '../catalog/catalog.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { Flags, Invocation } from './perform.ts';

export interface Session extends Invocation {
  config: Config;
  catalog: Catalog;
}

/** Handed to the configuration and to servers that are looked up; nothing else reads it. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;

/** The configuration for this command line, with where each value came from. */
export async function loadedConfigOf({ flags }: { flags: Flags }): Promise<LoadedConfig> {
  const { loadConfigWithSources } = await import('../config/load.ts');
  const known = { data: flags['data'], config: flags['config'] } as { data?: string };
  return loadConfigWithSources({ flags: known, env: environment, cwd: process.cwd() });
}

/** The configuration in force. */
export const configOf = async (invocation: { flags: Flags }): Promise<Config> =>
  (await loadedConfigOf(invocation)).config;

/** Runs `work` with an open catalog. */
export async function withCatalog<T>(
  invocation: Invocation,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const config = await configOf(invocation);
  const { connectCatalog } = await import('../catalog/connect.ts');
  const catalog = await connectCatalog({ ...config.catalog, keyFile: config.keyFile });
  try {
    return await work({ ...invocation, config, catalog });
  } finally {
    await catalog.close();
  }
}
