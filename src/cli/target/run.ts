// `target add`, `list` and `rm`.
import { resolve } from 'node:path';
import { addTarget as addToCatalog, targetDocumentOf } from '../../client/target.ts';
import type { targetDocument, TargetDocument, targetList, targetRemoved } from '../../contract/target.ts';
import { Fault } from '../../domain/fault.ts';
import { printJson } from '../output/json.ts';
import { renderTable } from '../output/table.ts';
import type { Flags, Invocation } from '../perform.ts';
import { numberOf } from '../plan/request.ts';
import { withCatalog } from '../session.ts';

export const addTarget = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, args, flags, json, catalog }) => {
    const [name = ''] = args;
    const target = await addToCatalog(catalog, { name, spec: specOf(flags) });
    if (json) return printJson<typeof targetDocument>(terminal, target);
    terminal.out(`Target ${target.name} saved: ${addressOf(target)}.`);
  });

export const listTargets = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, json, catalog }) => {
    const targets = (await catalog.targets.list()).map(targetDocumentOf);
    if (json) return printJson<typeof targetList>(terminal, targets);
    if (targets.length === 0) return terminal.out('No targets. Add one with: longtake target add --help');
    terminal.out(
      renderTable(
        ['name', 'kind', 'address'],
        targets.map((target) => [target.name, target.spec.kind, addressOf(target)]),
      ),
    );
  });

export const removeTarget = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, args, json, catalog }) => {
    const [name = ''] = args;
    await catalog.targets.require(name);
    await catalog.targets.remove(name);
    if (json) return printJson<typeof targetRemoved>(terminal, { name, removed: true });
    terminal.out(`Target ${name} removed.`);
  });

/** Flags as fields; paths of this machine are made absolute, the remote one must be given so. */
function specOf(flags: Flags): Record<string, unknown> {
  const problems: string[] = [];
  const port = numberOf({ flags, name: 'port', problems });
  if (problems.length > 0) throw new Fault('InputInvalid', problems.join('\n'));
  const { kind, path, host, user, identity, knownHosts } = flags;
  const spec = {
    kind,
    path: (kind === 'local' || host === undefined) && typeof path === 'string' ? resolve(path) : path,
    host,
    user,
    port,
    identity: typeof identity === 'string' ? resolve(identity) : undefined,
    knownHosts: typeof knownHosts === 'string' ? resolve(knownHosts) : undefined,
  };
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
}

function addressOf({ spec }: TargetDocument): string {
  if (spec.kind === 'local' || spec.host === undefined) return spec.path;
  return `${spec.user ? `${spec.user}@` : ''}${spec.host}:${spec.port}:${spec.path}`;
}
