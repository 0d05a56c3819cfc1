#!/usr/bin/env node
// Finds a Node that is new enough, then the program: the sources in a checkout, dist/ in a package.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { constants, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const compiled = join(root, 'dist', 'cli', 'main.js');
const source = join(root, 'src', 'cli', 'main.ts');
// A checkout may hold an old dist/; a package never holds src/.
const entry = existsSync(source) ? source : compiled;

/** Node runs TypeScript as it is from 22.18 on; the libraries need no less. */
function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/** The Node that came along as a package, in whichever node_modules above us. */
function findPackagedNode() {
  const name = `node-${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin', 'node');
  } catch {
    return undefined;
  }
}

function runUnder(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'])
    process.on(signal, () => {
      // The terminal sends Ctrl-C and Ctrl-\ to the child itself.
      if (!(process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT'))) child.kill(signal);
    });
  child.on('error', (error) => {
    process.stderr.write(`longtake: ${node} does not start: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('close', (code, signal) => {
    process.exitCode = signal === null ? code : 128 + constants.signals[signal];
  });
}

if (isNewEnough(process.versions.node)) {
  // Private to the user: a shared directory would let others put code in front of ours.
  const cache = process.env.XDG_CACHE_HOME || (homedir() && join(homedir(), '.cache'));
  if (cache) module.enableCompileCache?.(join(cache, 'longtake', 'compiled'));
  const { main } = await import(pathToFileURL(entry).href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  const node = findPackagedNode();
  if (node === undefined || !existsSync(node)) {
    process.stderr.write(
      `longtake: Node ${process.versions.node} is too old, and no packaged Node is installed; ` +
        'install Node 22.18 or newer, or run npm ci here.\n',
    );
    process.exitCode = 1;
  } else runUnder(node);
}
