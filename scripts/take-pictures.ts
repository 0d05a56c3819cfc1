// Takes the pictures of docs/pictures again: runs the demo, looks at its terminal, its Web UI and a merged file.
// Those of relays are taken by take-relay-pictures.ts, those of lectures by take-lecture-pictures.ts.
//
//   node scripts/take-pictures.ts [chromium]
//
// Needs chromium and ffmpeg on PATH, and the servers that `npm run demo` sets up.
import { join } from 'node:path';
import { runDemo } from './pictures/demo-run.ts';
import { takeFramesAroundHole } from './pictures/frames.ts';
import { openBrowser, pathOf, shrink } from './pictures/picture-files.ts';
import { takeTerminal } from './pictures/terminal.ts';
import { takePlan } from './pictures/web-ui.ts';

const demo = await runDemo({ of: 'plan', dataDir: '/tmp/longtake-demo', host: 'demo-host' });
try {
  const browser = await openBrowser(process.argv[2]);
  try {
    await takeTerminal(browser, {
      command: 'npm run demo -- --keep --data /tmp/longtake-demo',
      lines: demo.screen,
      path: pathOf('demo-terminal'),
    });
    const { id: planId } = demo;
    const day = `${planId.slice(2, 6)}-${planId.slice(6, 8)}-${planId.slice(8, 10)}`;
    await takePlan({ browser, ...demo, planId, cameraDay: `demo-interrupted-${day}`, pathOf });
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
