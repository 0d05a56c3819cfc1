// Finds the binary of the Temporal CLI or of MediaMTX for an embedded stack, in the same order as the set-up: named path, PATH, cache.
import { isExecutable, onPath } from '../../bootstrap/on-path.js';
import {
  cachedToolPath,
  pinnedVersions,
  serverTools,
  type ServerTool,
} from '../../bootstrap/server-tools.js';
import { Fault } from '../domain/fault.ts';
import type { Run } from '../process/run-spec.ts';

export type { ServerTool } from '../../bootstrap/server-tools.js';

export interface FindServerSpec {
  run: Run;
  tool: ServerTool;
  /** From the configuration (`tools.temporal`, `tools.mediamtx`); any version is accepted when named. */
  configuredPath?: string;
  /** PATH, HOME and XDG_CACHE_HOME are read from here. */
  environment: Readonly<Record<string, string | undefined>>;
}

export interface FoundServer {
  path: string;
  from: 'configuration' | 'PATH' | 'cache';
  /** As the binary prints it. */
  version: string;
}

async function printedVersion(spec: FindServerSpec, path: string): Promise<string | undefined> {
  const lines: string[] = [];
  const end = await spec.run({
    command: path,
    args: ['--version'],
    signal: AbortSignal.timeout(20_000),
    onStdoutLine: (line) => void lines.push(line),
  });
  return end.exitCode === 0 ? serverTools[spec.tool].readVersion(lines.join('\n')) : undefined;
}

/** The first binary that runs. Throws Fault ToolMissing with what to do. */
export async function findServer(spec: FindServerSpec): Promise<FoundServer> {
  const { label } = serverTools[spec.tool];
  const pinned = pinnedVersions[spec.tool];
  if (spec.configuredPath !== undefined) {
    const version = await printedVersion(spec, spec.configuredPath);
    if (version !== undefined) return { path: spec.configuredPath, from: 'configuration', version };
    throw new Fault('ToolMissing', `${spec.configuredPath}, configured as ${label}, does not run here`);
  }
  const found = onPath(spec.tool, { path: spec.environment['PATH'] ?? '' });
  if (found !== undefined && (await printedVersion(spec, found)) === pinned)
    return { path: found, from: 'PATH', version: pinned };
  const cached = cachedToolPath(spec.tool, spec.environment);
  const version = isExecutable(cached) ? await printedVersion(spec, cached) : undefined;
  if (version !== undefined) return { path: cached, from: 'cache', version };
  throw new Fault(
    'ToolMissing',
    `${label} ${pinned} is neither on PATH nor cached; \`npm run demo\` in a checkout fetches it, or set tools.${spec.tool}`,
  );
}
