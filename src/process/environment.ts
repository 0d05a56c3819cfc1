// The environment of every child: a short allowlist, so that no secret, RSYNC_*, SSH_* or library setting of the worker leaks into a tool.
import { tmpdir } from 'node:os';
import { ownerToken, ownerVariable } from './orphans.ts';

/** The one place outside src/config that reads the worker's environment: these are facts about the host, not settings of Longtake. */
const host = process.env;

/** PATH and HOME of the worker, a neutral locale so that messages can be classified, UTC, and what the adapter adds. */
export function childEnvironment(added: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: host['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: host['HOME'] ?? '/',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    TMPDIR: tmpdir(),
    [ownerVariable]: ownerToken(),
    ...added,
  };
}
