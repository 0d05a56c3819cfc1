// The spawner and the server binaries of tests, found once per process.
import { findServer, type ServerTool } from '../../src/embedded/find-server.ts';
import { createRun, type Run } from '../../src/process/run.ts';
import { detectWrapper } from '../../src/process/detect-wrapper.ts';

let run: Promise<Run> | undefined;

/** The spawner with this host's died-parent protection, so that a killed test run leaves no server behind. */
export function testRun(): Promise<Run> {
  run ??= detectWrapper().then((wrapper) => createRun({ wrapper }));
  return run;
}

/** Path of a server's binary; `npm test` names it in the environment, a bare `npx vitest` finds it in the cache. */
export async function testServer(tool: ServerTool): Promise<string> {
  const configuredPath = process.env[tool === 'temporal' ? 'LONGTAKE_TEMPORAL' : 'LONGTAKE_MEDIAMTX'];
  const named = configuredPath ? { configuredPath } : {};
  return (await findServer({ run: await testRun(), tool, environment: process.env, ...named })).path;
}
