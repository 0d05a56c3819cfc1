// Takes the pictures of lectures in docs/pictures again: runs the demo of a lecture, looks at its Web UI and at the published video.
//
//   node scripts/take-lecture-pictures.ts [chromium]
//
// Needs chromium and ffmpeg on PATH, and the servers that `npm run demo:lecture` sets up.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { runDemo } from './pictures/demo-run.ts';
import { takeFrames } from './pictures/frames.ts';
import { openBrowser, pathOf, shrink } from './pictures/picture-files.ts';
import { takeLecture } from './pictures/web-ui.ts';

const demo = await runDemo({ of: 'lecture', dataDir: '/tmp/longtake-lecture', host: 'demo-host' });
try {
  const browser = await openBrowser(process.argv[2]);
  try {
    await takeLecture({ browser, ...demo, lectureId: demo.id, pathOf });
  } finally {
    await browser.close();
  }
  const [video] = globSync(join(demo.dataDir, 'media/lectures/*/*/*[0-9].mp4'));
  if (!video) throw new Error('The demo left no video.');
  // One of each slot: with the screen, with the board, without a lecturer.
  await takeFrames({ media: video, atSeconds: [10, 30, 50], path: pathOf('lecture-panes') });
  for (const name of ['web-ui-lecture', 'lecture-panes']) await shrink(pathOf(name));
} finally {
  await demo.stop();
}
