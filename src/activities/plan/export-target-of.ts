// From a stored target to what the exporter takes: an rsync target without key or pinned host key is refused here.
import type { TargetRow } from '../../catalog/targets.ts';
import { Fault } from '../../domain/fault.ts';
import type { ExportTarget } from '../../transfer/export-target.ts';

export function exportTargetOf({ name, spec }: TargetRow): ExportTarget {
  if (spec.kind === 'local') return spec;
  const { host, identity, knownHosts, user } = spec;
  if (host === undefined) return { kind: 'rsync', path: spec.path };
  if (!identity || !knownHosts || !user) {
    throw new Fault(
      'InputInvalid',
      `Target ${name} needs --user, --identity and --known-hosts: no key is guessed.`,
    );
  }
  return {
    kind: 'rsync',
    host: host.replace(/^\[|\]$/g, ''),
    port: spec.port,
    user,
    path: spec.path,
    identityFile: identity,
    knownHostsFile: knownHosts,
  };
}
