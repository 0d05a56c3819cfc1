// The watcher of final names is itself held to what it must catch.
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../../setup/eventually.ts';
import { tempDir } from '../../setup/servers.ts';
import { leftovers, readPublished, watchPublished } from './published.ts';

test('a file that grows under its final name is seen half-written; one renamed into it is not', async () => {
  await using dir = await tempDir();
  const places = { mediaRoot: join(dir.path, 'media'), exportDir: join(dir.path, 'export') };
  const target = join(places.exportDir, 'door');
  using watch = watchPublished(places, ['door']);
  await writeFile(join(dir.path, 'whole'), 'all of it');
  await rename(join(dir.path, 'whole'), join(target, 'renamed.mp4'));
  const grown = await open(join(target, 'grown.mp4'), 'w');
  await grown.write('half');
  await eventually(() => watch.looks() >= 2, { what: 'both names seen' });
  await grown.write('and half');
  await grown.close();
  const names = watch.strangers(readPublished(places)).map((stranger) => stranger.split(':')[0]);
  expect(new Set(names)).toEqual(new Set(['export/door/grown.mp4']));
});

test('whatever is hidden beside published files is left over', async () => {
  await using dir = await tempDir();
  const places = { mediaRoot: join(dir.path, 'media'), exportDir: join(dir.path, 'export') };
  await mkdir(join(places.exportDir, 'door', '.longtake-partial'), { recursive: true });
  await mkdir(join(places.mediaRoot, '.work', 'segments', 'a', '@1'), { recursive: true });
  await writeFile(join(places.mediaRoot, '.work', 'segments', 'a', '@1', 'body'), 'x');
  expect(leftovers(places)).toEqual(['segments/a/@1/body', 'door/.longtake-partial']);
});
