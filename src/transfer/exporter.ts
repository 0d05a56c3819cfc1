// One door for all export targets: picks the way by the target's kind.
import type { Run } from '../process/run-spec.ts';
import type { Exporter } from './export-target.ts';
import { createLocalCopy } from './local-copy.ts';
import { createRsync } from './rsync.ts';

export type { Exporter, ExportTarget, LocalTarget, RsyncTarget, VerifyMode } from './export-target.ts';

export interface ExporterDeps {
  run: Run;
  tools: { rsyncPath: string; sshPath: string };
  stallSeconds: number;
}

export function createExporter({ run, tools, stallSeconds }: ExporterDeps): Exporter {
  const rsync = createRsync({ run, ...tools, stallSeconds });
  const local = createLocalCopy();
  return {
    send: (spec) =>
      spec.target.kind === 'rsync'
        ? rsync.send({ ...spec, target: spec.target })
        : local.send({ ...spec, target: spec.target }),
    verify: (spec) =>
      spec.target.kind === 'rsync'
        ? rsync.verify({ ...spec, target: spec.target })
        : local.verify({ ...spec, target: spec.target }),
    remove: (spec) =>
      spec.target.kind === 'rsync'
        ? rsync.remove({ ...spec, target: spec.target })
        : local.remove({ ...spec, target: spec.target }),
  };
}
