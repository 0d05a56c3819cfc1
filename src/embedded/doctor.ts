// Composes the doctor for this machine: the checks of client/doctor with the spawner, the servers' binaries and the ports.
import { catalogChecks, lazyCatalog } from '../client/doctor/catalog.ts';
import { type Check, fail, type Finding, pass, runChecks, warn } from '../client/doctor/check.ts';
import { networkChecks } from '../client/doctor/network.ts';
import { storageChecks } from '../client/doctor/storage.ts';
import { temporalChecks } from '../client/doctor/temporal.ts';
import { type AskTool, toolChecks } from '../client/doctor/tools.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { DoctorReport } from '../contract/doctor.ts';
import { isFault } from '../domain/fault.ts';
import type { ProbeAsk } from '../google/probe-scopes.ts';
import { createRun, type Run } from '../process/run.ts';
import { detectWrapper } from '../process/detect-wrapper.ts';
import type { ProcessWrapper } from '../process/wrapper.ts';
import { pinnedVersions } from '../../bootstrap/server-tools.js';
import { findServer, type ServerTool } from './find-server.ts';
import { isPortFree } from './free-ports.ts';
import { usualPorts } from './stack-ports.ts';

export interface DoctorSpec {
  loaded: LoadedConfig;
  environment: Readonly<Record<string, string | undefined>>;
  /** Look at Google too, and prove what is named. */
  google?: ProbeAsk | undefined;
}

/** Looks at everything at once; changes nothing but probes that it removes. */
export async function diagnose({ loaded, environment, google }: DoctorSpec): Promise<DoctorReport> {
  const { config, stack, sources } = loaded;
  const wrapper = await detectWrapper();
  const run = createRun({ wrapper });
  const catalogOptions = { ...config.catalog, keyFile: config.keyFile };
  const catalog = lazyCatalog(catalogOptions);
  const liveHosts = async (): Promise<string[]> => {
    const hosts = (await (await catalog.open())?.hosts.list()) ?? [];
    return hosts.filter(({ alive }) => alive).map(({ host }) => host);
  };
  const named = environment['TEMPORAL_ADDRESS'] ?? environment['TEMPORAL_PROFILE'] ?? config.temporal.profile;
  const expected = named !== undefined || sources['temporal.address'] !== 'default';
  try {
    return await runChecks([
      ...toolChecks(config.tools, askToolBy(run)),
      ...serverToolChecks({ run, loaded, environment }),
      { area: 'tools', name: 'protection', look: async () => judgeProtection(wrapper) },
      ...storageChecks(config),
      ...networkChecks({
        stack:
          stack?.mediamtx && stack.uiUrl
            ? { uiUrl: stack.uiUrl, mediamtx: { ...stack.mediamtx, accountsFile: '' } }
            : undefined,
        usualPorts: { ...usualPorts },
        isPortFree: (port) => isPortFree('127.0.0.1', port),
      }),
      ...catalogChecks(catalogOptions, catalog.open),
      ...temporalChecks({ settings: config.temporal, expected, liveHosts }),
      ...(google ? [googleCheck(loaded, google)] : []),
    ]);
  } finally {
    await catalog.close();
  }
}

/** One after another, each with an answer of its own: the whole may take a while. */
const googleCheck = ({ config }: LoadedConfig, ask: ProbeAsk): Check => ({
  area: 'google',
  name: 'Google',
  longestSeconds: 180,
  look: async () => {
    const { probeScopes } = await import('../google/probe-scopes.ts');
    return probeScopes(config.google, ask);
  },
});

const askToolBy =
  (run: Run): AskTool =>
  async (command, args) => {
    const lines: string[] = [];
    try {
      const end = await run({
        ...{ command, args, timeoutSeconds: 15, signal: new AbortController().signal },
        onStdoutLine: (line) => void lines.push(line),
        onStderrLine: (line) => void lines.push(line),
      });
      return { exitCode: end.exitCode, lines };
    } catch (error) {
      if (isFault(error, 'ToolMissing')) return undefined;
      throw error;
    }
  };

/** The two servers of an embedded stack; a fleet has its own and needs neither. */
function serverToolChecks({ run, loaded, environment }: DoctorSpec & { run: Run }): Check[] {
  const { config } = loaded;
  const embedded = config.catalog.kind === 'sqlite';
  return (['temporal', 'mediamtx'] as const).map((tool) => ({
    area: 'tools',
    name: tool === 'temporal' ? 'Temporal CLI' : 'MediaMTX',
    look: async () => {
      const configured = config.tools[tool] === tool ? {} : { configuredPath: config.tools[tool] };
      try {
        return judgeServer(tool, await findServer({ run, tool, environment, ...configured }));
      } catch (error) {
        if (!isFault(error, 'ToolMissing')) throw error;
        const remedy = 'Run `npm run demo` in the checkout once: it fetches or builds the pinned version.';
        return embedded
          ? fail(`${error.message}.`, remedy)
          : pass('Absent; only an embedded stack needs it.');
      }
    },
  }));
}

function judgeServer(tool: ServerTool, { path, version }: { path: string; version: string }): Finding {
  const pinned = pinnedVersions[tool];
  if (version === pinned) return pass(`${version} at ${path}.`);
  return warn(
    `${version} at ${path}; this release was tested with ${pinned}.`,
    `Use ${pinned}, or unset tools.${tool}.`,
  );
}

function judgeProtection(wrapper: ProcessWrapper): Finding {
  const strong = wrapper.protection === 'pidNamespace' || wrapper.protection === 'userPidNamespace';
  if (strong && wrapper.hasInit) return pass(wrapper.describe());
  return warn(
    wrapper.describe(),
    strong ? 'Install tini.' : 'Install util-linux (setpriv, unshare), or allow user namespaces.',
  );
}
