// Tools that begin a second late: wide enough to be met inside.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onPath } from '../../../bootstrap/on-path.js';

/** The settings of a worker that uses them. */
export async function makeSlowTools(dir: string): Promise<Record<string, string>> {
  await mkdir(dir);
  const settings: Record<string, string> = {};
  for (const tool of ['ffmpeg', 'ffprobe', 'rsync']) {
    const real = onPath(tool, { path: process.env['PATH'] ?? '' });
    const path = join(dir, `slow-${tool}`);
    await writeFile(path, `#!/bin/sh\ncase "$*" in *-version*) ;; *) sleep 1 ;; esac\nexec ${real} "$@"\n`);
    await chmod(path, 0o755);
    settings[`LONGTAKE_TOOLS_${tool.toUpperCase()}`] = path;
  }
  return settings;
}
