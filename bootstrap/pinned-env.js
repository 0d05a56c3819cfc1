// Reads `.env` of docker-compose.yml: the pinned versions of what a fleet runs.
import { readFileSync } from 'node:fs';

/** Variables of a file of `NAME=value` lines; comments and empty lines are passed over. */
export function readEnvFile(path) {
  const lines = readFileSync(path, 'utf8').split('\n');
  return Object.fromEntries(
    lines
      .map((line) => /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim()))
      .filter((match) => match !== null)
      .map(([, name, value]) => [name, value]),
  );
}

/** Those of this checkout. */
export const pinnedEnv = readEnvFile(new URL('../.env', import.meta.url));
