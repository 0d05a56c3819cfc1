// A process of its own that publishes one file and dies by kill -9 at the named instant; prints each instant as it passes.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSync } from 'node:fs';
import { createStorage } from '../../src/storage/storage.ts';

const [mediaRoot = '', content = '', dieAt = '', epoch = '1'] = process.argv.slice(2);

const storage = createStorage({
  mediaRoot,
  faultPoint: (name) => {
    writeSync(1, `${name}\n`);
    if (name === dieAt) process.kill(process.pid, 'SIGKILL');
  },
});

const directory = await storage.attemptDir('segments/cam-1', Number(epoch));
const from = join(directory, 'media.ts');
await writeFile(from, content.repeat(50_000));
const facts = await storage.hashFile(from);
await storage.publish({
  keyName: 'segments/cam-1',
  from,
  to: 'downloaded/cam-1/cam-1-0.ts',
  sidecar: { path: 'downloaded/cam-1/cam-1-0.ts.gapreport.json', document: { content, ...facts } },
  stillOwner: async () => true,
});
