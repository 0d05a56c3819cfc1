// Checks of the catalog: connection, schema, and the leases of worker hosts.
import { access } from 'node:fs/promises';
import type { Catalog } from '../../catalog/catalog.ts';
import { type CatalogOptions, connectCatalog } from '../../catalog/connect.ts';
import { type Check, type Finding, pass, warn } from './check.ts';

/** Opens the catalog at most once; undefined while a SQLite file is not made yet, since looking must not make it. */
export function lazyCatalog(options: CatalogOptions): {
  open: () => Promise<Catalog | undefined>;
  close: () => Promise<void>;
} {
  let opened: Promise<Catalog | undefined> | undefined;
  const connect = async (): Promise<Catalog | undefined> => {
    if (options.kind === 'sqlite' && !(await exists(options.file))) return undefined;
    return connectCatalog(options);
  };
  return {
    open: () => (opened ??= connect()),
    close: async () => (await opened?.catch(() => undefined))?.close(),
  };
}

export const catalogChecks = (options: CatalogOptions, open: () => Promise<Catalog | undefined>): Check[] => [
  { area: 'catalog', name: 'database', look: () => lookAtDatabase(options, open) },
  { area: 'workers', name: 'hosts', look: () => lookAtHosts(open) },
];

async function lookAtDatabase(
  options: CatalogOptions,
  open: () => Promise<Catalog | undefined>,
): Promise<Finding> {
  const where = options.kind === 'sqlite' ? options.file : 'PostgreSQL';
  const catalog = await open();
  if (!catalog) return pass(`${where} will be made at first use.`);
  await catalog.ping();
  return pass(`${where} answers; its schema is that of this version.`);
}

async function lookAtHosts(open: () => Promise<Catalog | undefined>): Promise<Finding> {
  const hosts = (await (await open())?.hosts.list()) ?? [];
  if (hosts.length === 0) return pass('No worker host has been seen yet.');
  const lost = hosts.filter(({ alive }) => !alive).map(({ host }) => host);
  const live = hosts.filter(({ alive }) => alive).map(({ host }) => host);
  if (lost.length === 0) return pass(`Alive: ${live.join(', ')}.`);
  const finding = `${live.length > 0 ? `Alive: ${live.join(', ')}. ` : ''}Not heard of: ${lost.join(', ')}.`;
  return warn(finding, 'Start the workers there again; work of a host that stays away moves to others.');
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
