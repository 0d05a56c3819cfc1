import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorDocument } from '../../src/contract/command.ts';
import { cameraImportDocument } from '../../src/contract/camera.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';
import { cliIn, runCli } from './run-cli.ts';

let dir: TempDir;
let cli: ReturnType<typeof cliIn>;

beforeAll(async () => {
  dir = await tempDir();
  cli = cliIn(dir.path);
  await cli(
    'camera',
    'add',
    'cam-1',
    '--archive-kind',
    'http',
    '--archive-url',
    'http://archive.test/{startUnix}',
    '--region',
    '77',
    '--station',
    '12',
  );
});
afterAll(() => dir.remove());

const plan = (...flags: string[]) =>
  cli(
    'plan',
    'add',
    '--date',
    '2026-09-13',
    '--window',
    '07:45-20:00',
    '--steps',
    'download,merge',
    '--json',
    ...flags,
  );

describe('bad input ends with exit code 2, one sentence and a remedy', () => {
  test.each([
    ['an unknown flag', ['plan', 'add', '--colour', 'red'], /Unknown option '--colour'/],
    ['an unknown command', ['plan', 'ad'], /Unknown command 'ad'/],
    ['a missing argument', ['plan', 'run'], /missing required argument 'id'/i],
    ['an unknown plan', ['plan', 'show', 'p-1'], /There is no plan "p-1"/],
    ['an unknown camera', ['camera', 'show', 'cam-9'], /There is no camera "cam-9"/],
    [
      'a camera name that leaves the directory',
      ['camera', 'add', '../x', '--archive-kind', 'http', '--archive-url', 'http://a/b'],
      /^id: /,
    ],
    [
      'a camera name with a line break',
      ['camera', 'add', 'a\nb', '--archive-kind', 'http', '--archive-url', 'http://a/b'],
      /^id: /,
    ],
    [
      'a URL outside the grammar',
      ['camera', 'add', 'x', '--archive-kind', 'http', '--archive-url', 'ftp://a/b'],
      /scheme is not one of http, https/,
    ],
    [
      'an unknown zone',
      ['camera', 'add', 'x', '--time-zone', 'Mars/Olympus', '--live-url', 'rtsp://a/b'],
      /timeZone: /,
    ],
    [
      'two places for one URL',
      ['camera', 'add', 'x', '--live-url', 'rtsp://a/b', '--live-url-stdin'],
      /one of --live-url/,
    ],
    ['a target of an unknown kind', ['target', 'add', 't', '--kind', 'ftp', '--path', '/a'], /^kind: /],
    [
      'a relative remote path',
      ['target', 'add', 't', '--kind', 'rsync', '--host', 'h', '--path', 'a'],
      /^path: an absolute path/,
    ],
    ['a worker count that is no number', ['up', '--workers', 'two'], /--workers takes a number/],
  ])('%s', async (_what, args, message) => {
    const end = await cli(...args, '--json');
    expect(end.code).toBe(2);
    expect(end.error().message).toMatch(message);
    expect(end.error().remedy).not.toBe('');
    errorDocument.parse({ error: end.error() });
    expect(end.out).toBe('');
  });

  test.each([
    ['a day that does not exist', ['--date', '2026-09-31', '--all'], /--date: a day that exists/],
    ['a window without minutes', ['--window', '7-20', '--all'], /--window: /],
    [
      'a window that ends when it starts',
      ['--window', '08:00-08:00', '--all'],
      /--window: .*a whole day is 00:00-24:00/,
    ],
    ['the same to the second', ['--window', '08:00-08:00:00', '--all'], /--window: .*two different ends/],
    [
      'a tolerance window that ends when it starts',
      ['--tolerance-window', '08:00-08:00', '--all'],
      /--tolerance-window: .*two different ends/,
    ],
    ['days that run backwards', ['--to', '2026-09-12', '--all'], /lies before the first/],
    ['no cameras', [], /one of --cameras, --region, --tag, --all/],
    ['cameras by two ways', ['--all', '--tag', 'x'], /Use one of --tag, --all, not several/],
    ['stations without a region', ['--all', '--stations', '1-2'], /--stations needs --region/],
    ['an unknown region', ['--region', '78'], /unknown region "78"/],
    [
      'stations that do not exist',
      ['--region', '77', '--stations', '100-199'],
      /no such stations in region 77: 100-199/,
    ],
    ['an unknown camera', ['--cameras', 'cam-1,cam-9'], /no such cameras: cam-9/],
    ['an unknown tag', ['--tag', 'entrance'], /No camera has the tag/],
    ['export without a target', ['--all', '--steps', 'download,merge,export'], /--target is required/],
    ['an unknown target', ['--all', '--target', 'vault'], /no export target "vault"/],
    ['steps out of order', ['--all', '--steps', 'merge,download'], /once each, in this order/],
    ['a number that is none', ['--all', '--segment-seconds', 'ten'], /--segment-seconds takes a number/],
    ['a number out of range', ['--all', '--max-download-attempts', '0'], /--max-download-attempts: /],
    ['two gap modes', ['--all', '--split-on-gaps', '--gap-mode', 'slate'], /give one of the two/],
    ['waiting for what is not started', ['--all', '--wait'], /--wait needs --run/],
  ])('plan add with %s', async (_what, flags, message) => {
    const end = await plan(...flags);
    expect(end.code).toBe(2);
    expect(end.error().message).toMatch(message);
  });

  test('several wrong flags are all named at once', async () => {
    const end = await plan('--segment-seconds', 'ten', '--stations', '1-2', '--priority', 'high');
    expect(end.error().message.split('\n')).toHaveLength(3);
  });

  test('a word of an old program is answered with the word used here', async () => {
    const end = await runCli(['plan', 'add', '--elect-date', '2026-09-13']);
    expect(end).toMatchObject({ code: 2, err: expect.stringContaining('Use --date YYYY-MM-DD.') });
    expect((await runCli(['tasks', 'download'])).err).toContain('longtake plan add');
  });

  test('a plan that cannot fit is refused, unless it is forced', async () => {
    const long = ['--all', '--to', '2031-09-13'];
    const end = await plan(...long);
    expect(end).toMatchObject({ code: 2 });
    expect(end.error().remedy).toContain('--force');
    expect((await plan(...long, '--force')).code).toBe(0);
  });

  test('an import with errors names every line and field, and adds nothing', async () => {
    const file = join(dir.path, 'cameras.csv');
    const rows = [
      'id,time_zone,archive_kind,archive_url',
      'good-1,UTC,http,http://a/{id}',
      '../x,Mars,http,http://a/b',
      'y,UTC,http,ftp://a/b',
    ];
    await writeFile(file, rows.join('\n'));
    const text = await cli('camera', 'import', file);
    expect(text.code).toBe(2);
    expect(text.err).toMatch(/^line 3, id: /m);
    expect(text.err).toMatch(/^line 3, time_zone: /m);
    expect(text.err).toMatch(/^line 4, archive_url: /m);
    const json = await cli('camera', 'import', file, '--json');
    expect(cameraImportDocument.parse(json.json())).toMatchObject({ added: 0, errors: { length: 3 } });
    expect((await cli('camera', 'show', 'good-1')).code).toBe(2);
  });
});

test('a stack that does not run is exit code 3, with the way to start it', async () => {
  const { id } = (await plan('--all')).json() as { id: string };
  const closed = join(dir.path, 'closed.yaml');
  await writeFile(closed, 'temporal:\n  address: 127.0.0.1:9\n');
  const end = await cli('plan', 'run', id, '--config', closed, '--json');
  expect(end.code).toBe(3);
  expect(end.error()).toMatchObject({
    type: 'StackUnreachable',
    remedy: expect.stringContaining('longtake up'),
  });
});
