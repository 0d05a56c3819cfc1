// Takes the pictures of relays in docs/pictures again: runs a stack with cameras that do well and badly, and looks at its Web UI.
//
//   node scripts/take-relay-pictures.ts [chromium]
//
// Needs chromium and ffmpeg on PATH, and the servers that `npm run demo` sets up.
import { openBrowser, pathOf, shrink } from './pictures/picture-files.ts';
import { runRelays } from './pictures/relays-run.ts';
import { takeRelays } from './pictures/web-ui.ts';

const relays = await runRelays({ dataDir: '/tmp/longtake-relays', host: 'demo-host' });
try {
  const browser = await openBrowser(process.argv[2]);
  try {
    await takeRelays({ browser, ...relays, pathOf });
  } finally {
    await browser.close();
  }
  for (const name of ['web-ui-relays', 'web-ui-relay']) await shrink(pathOf(name));
} finally {
  await relays.stop();
}
