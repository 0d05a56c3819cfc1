// The commands that run after set-up: what each needs on the machine, and what it runs under the packaged Node.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const bin = (name) => (root) => join(root, 'node_modules', '.bin', name);
const vitest = bin('vitest');

/** Arguments of our own code run straight from source. */
const source = (root, entry, args) => [{ title: entry, argv: ['node', join(root, entry), ...args] }];
const vitestRun = (root, title, args) => [{ title, argv: [vitest(root), 'run', ...args] }];

/**
 * Per command: `needs` = purposes of system packages, `servers` = servers to obtain, `fleetServers` = those
 * to build that only a fleet runs, `programs(root, args)` = argv lists run one after another, all of them even when one fails. `node` stands for the packaged Node.
 */
export const commands = {
  demo: {
    does: 'the main job on four demo cameras (--keep leaves the stack up)',
    needs: ['run'],
    servers: ['temporal', 'mediamtx'],
    programs: (root, args) => source(root, 'bin/longtake.js', ['demo', ...args]),
  },
  'demo:lecture': {
    does: 'a lecture from recorded files to a stand-in for Google (--keep leaves the stack up)',
    needs: ['run'],
    servers: ['temporal', 'mediamtx'],
    programs: (root, args) => source(root, 'bin/longtake.js', ['demo', '--lecture', ...args]),
  },
  test: {
    does: 'every test, or those of the named paths',
    needs: ['test'],
    servers: ['temporal', 'mediamtx'],
    programs: (root, args) => vitestRun(root, 'tests', args),
  },
  check: {
    does: 'format, lint, types, house rules',
    needs: [],
    servers: [],
    programs: (root) => [
      { title: 'format', argv: [bin('prettier')(root), '--check', '.'] },
      { title: 'lint', argv: [bin('oxlint')(root), '--deny-warnings'] },
      { title: 'types', argv: [bin('tsc')(root), '--noEmit'] },
      ...(existsSync(join(root, 'test', 'house')) ? vitestRun(root, 'house rules', ['test/house']) : []),
    ],
  },
  soak: {
    does: 'the long runs of the tests',
    needs: ['test'],
    servers: ['temporal', 'mediamtx'],
    programs: (root, args) => vitestRun(root, 'soak', ['--config', 'vitest.soak.config.ts', ...args]),
  },
  bench: {
    does: 'measurements side by side, printed as ratios',
    needs: ['test', 'bench'],
    servers: ['temporal', 'mediamtx'],
    programs: (root, args) => source(root, 'bench/main.ts', args),
  },
  fleet: {
    does: 'the topology of docker-compose.yml without containers',
    needs: ['test'],
    servers: ['temporal', 'mediamtx'],
    fleetServers: ['temporal-server', 'temporal-ui'],
    programs: (root, args) => vitestRun(root, 'fleet', ['--config', 'vitest.fleet.config.ts', ...args]),
  },
};
