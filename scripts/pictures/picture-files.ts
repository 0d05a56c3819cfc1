// The files of docs/pictures, and the browser that looks at pages for them.
import { execFile } from 'node:child_process';
import { rename } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @param executablePath Debian's chromium when absent */
export const openBrowser = (executablePath = '/usr/bin/chromium'): Promise<Browser> =>
  chromium.launch({ executablePath, args: quiet });

export const pathOf = (name: string): string =>
  fileURLToPath(new URL(`../../docs/pictures/${name}.png`, import.meta.url));

/** Text needs few colours: a palette makes the file a third as large. */
export async function shrink(path: string): Promise<void> {
  const graph = 'split[a][b];[a]palettegen=max_colors=200[p];[b][p]paletteuse=dither=none';
  await promisify(execFile)('ffmpeg', ['-v', 'error', '-y', '-i', path, '-vf', graph, `${path}.new.png`]);
  await rename(`${path}.new.png`, path);
}
