// `node bootstrap/run.js <command> [args]`: sets this machine up as far as the command needs, then runs it under the packaged Node.
import { constants } from 'node:os';
import { dirname, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runForeground } from './command.js';
import { commands } from './commands.js';
import { checkNode, findNode, installPackages } from './npm-packages.js';
import { fleetServers, obtainFleetServer } from './fleet-servers.js';
import { obtainServer } from './obtain-server.js';
import { SetupError, step } from './progress.js';
import { serverTools } from './server-tools.js';
import { ensureSystemPackages } from './system-packages.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function usage() {
  const lines = Object.entries(commands).map(([name, { does }]) => `  ${name.padEnd(12)} ${does}`);
  return `Usage: node bootstrap/run.js <command> [arguments]\n${lines.join('\n')}\n`;
}

/** All steps for one command. Returns the environment in which it runs. */
async function setUp({ needs, servers, fleetServers: builds = [] }) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 3))
    throw new SetupError(`Node ${process.version} is too old to set up`, 'install Node 20.3 or newer.');
  await step('packages', (say) => installPackages(root, say));
  await step('Node', () => checkNode(root));
  if (needs.length > 0) await step('system programs', (say) => ensureSystemPackages(needs, say));
  const paths = {};
  for (const tool of servers)
    await step(serverTools[tool].label, async (say) => {
      const { path, outcome } = await obtainServer(tool, say);
      paths[serverTools[tool].pathVariable] = path;
      return outcome;
    });
  for (const name of builds) await step(fleetServers[name].label, (say) => obtainFleetServer(name, say));
  const bin = [dirname(findNode(root)), join(root, 'node_modules', '.bin')].join(delimiter);
  return { ...process.env, ...paths, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
}

/** Ends the set-up on a signal through process.exit, so that what it put up for the moment is taken down. */
function endOnSignal(signal) {
  process.exit(128 + constants.signals[signal]);
}

/** Runs every program of the command and tells which failed; the exit code is that of the first failure. */
async function runPrograms(programs, env) {
  const failed = [];
  for (const { title, argv } of programs) {
    const [command, ...args] = argv[0] === 'node' ? [findNode(root), ...argv.slice(1)] : argv;
    const started = performance.now();
    const code = await runForeground(command, args, { cwd: root, env });
    const took = `${((performance.now() - started) / 1000).toFixed(1)} s`;
    if (programs.length > 1) process.stderr.write(`  ${code === 0 ? '✓' : '✗'} ${title} (${took})\n`);
    if (code !== 0) failed.push({ title, code });
    if (code > 128) break;
  }
  return failed[0]?.code ?? 0;
}

async function main([name, ...args]) {
  const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined;
  if (command === undefined) {
    process.stderr.write(name === undefined ? usage() : `There is no command ${name}.\n${usage()}`);
    return 2;
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, endOnSignal);
  try {
    const env = await setUp(command);
    for (const signal of signals) process.off(signal, endOnSignal);
    return await runPrograms(command.programs(root, args), env);
  } catch (error) {
    if (!(error instanceof SetupError)) process.stderr.write(`${error.stack}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
