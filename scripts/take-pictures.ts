// Takes the pictures of docs/pictures again: runs the demo, looks at its terminal, its Web UI and a merged file.
//
//   node scripts/take-pictures.ts [chromium]
//
// Needs chromium and ffmpeg on PATH, and the servers that `npm run demo` sets up.
import { execFile } from 'node:child_process';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { runDemo } from './pictures/demo-run.ts';
import { takeFramesAroundHole } from './pictures/frames.ts';
import { takeTerminal } from './pictures/terminal.ts';
import { takeWebUi } from './pictures/web-ui.ts';

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const pathOf = (name: string): string =>
  fileURLToPath(new URL(`../docs/pictures/${name}.png`, import.meta.url));

/** Text needs few colours: a palette makes the file a third as large. */
async function shrink(path: string): Promise<void> {
  const graph = 'split[a][b];[a]palettegen=max_colors=200[p];[b][p]paletteuse=dither=none';
  await promisify(execFile)('ffmpeg', ['-v', 'error', '-y', '-i', path, '-vf', graph, `${path}.new.png`]);
  await rename(`${path}.new.png`, path);
}

const demo = await runDemo({ dataDir: '/tmp/longtake-demo', host: 'demo-host' });
try {
  const executablePath = process.argv[2] ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: quiet });
  try {
    await takeTerminal(browser, {
      command: 'npm run demo -- --keep --data /tmp/longtake-demo',
      lines: demo.screen,
      path: pathOf('demo-terminal'),
    });
    const day = `${demo.planId.slice(2, 6)}-${demo.planId.slice(6, 8)}-${demo.planId.slice(8, 10)}`;
    await takeWebUi({ browser, ...demo, cameraDay: `demo-interrupted-${day}`, pathOf });
  } finally {
    await browser.close();
  }
  await takeFramesAroundHole({
    dir: join(demo.dataDir, 'media/merged/demo-interrupted'),
    path: pathOf('frames-around-a-hole'),
  });
  const names = ['demo-terminal', 'web-ui-list', 'web-ui-plan', 'web-ui-camera-day', 'frames-around-a-hole'];
  for (const name of names) await shrink(pathOf(name));
} finally {
  await demo.stop();
}
