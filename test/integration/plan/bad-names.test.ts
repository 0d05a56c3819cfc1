import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cliIn } from '../../cli/run-cli.ts';
import { tempDir, type TempDir } from '../../setup/temp-dir.ts';

let dir: TempDir;
let cli: ReturnType<typeof cliIn>;

beforeAll(async () => {
  dir = await tempDir();
  cli = cliIn(dir.path);
  await cli('camera', 'add', 'cam-1', '--archive-kind', 'http', '--archive-url', 'http://a.test/{startUnix}');
});
afterAll(() => dir.remove());

const emoji = '🎥'.repeat(75);

test.each([
  ['300 bytes of emoji', emoji],
  ['a quotation mark', 'cam"1'],
  ['an apostrophe', "cam'1"],
  ['a way out of the directory', 'cam/../../etc'],
  ['a shell’s words', '$(touch pwned)'],
  ['an option’s look', ' -rf'],
  ['a null character', 'cam\u0000'],
])('a camera id with %s is refused with its field and a remedy', async (_what, id) => {
  const source = ['--archive-kind', 'http', '--archive-url', 'http://a/b'];
  const end = await cli('camera', 'add', id, ...source, '--json');
  expect(end.code).toBe(2);
  expect(end.error().message).toMatch(/^id: /);
  expect((await cli('camera', 'list', '--json')).json()).toMatchObject([{ id: 'cam-1' }]);
});

test.each([
  '25:00-26:00',
  '08:00-25:00',
  '24:30-08:00',
  '08:00-24:30',
  '8:00-9:00',
  '08:60-09:00',
  '-',
  '08:00',
])('a plan over the window %s is refused', async (window) => {
  const flags = ['--date', '2026-09-13', `--window=${window}`, '--all', '--steps', 'download', '--json'];
  const end = await cli('plan', 'add', ...flags);
  expect(end.code).toBe(2);
  expect(end.error().message).toMatch(/window/i);
  expect((await cli('plan', 'list', '--json')).json()).toEqual([]);
});

test('names with quotes, commas and emoji pass through a CSV file; one bad row keeps all others out', async () => {
  const file = join(dir.path, 'cameras.csv');
  const good = ['id,name,live_url', `ok-1,"Gate ""A"", ${'🎥'.repeat(20)}",rtsp://h.test/1`];
  await writeFile(file, [...good, `${emoji},x,rtsp://h.test/2`, 'ok-2,"a\nb",rtsp://h.test/3'].join('\n'));
  const refused = await cli('camera', 'import', file);
  expect(refused).toMatchObject({ code: 2, err: expect.stringMatching(/^line 3, id: [^]*^line 4, name: /m) });
  expect((await cli('camera', 'list', '--json')).json()).toHaveLength(1);
  await writeFile(file, good.join('\n'));
  expect((await cli('camera', 'import', file)).code).toBe(0);
  const [, gate] = (await cli('camera', 'list', '--json')).json() as { name: string }[];
  expect(gate?.name).toBe(`Gate "A", ${'🎥'.repeat(20)}`);
  expect(await readdir(dir.path)).not.toContain('pwned');
});
