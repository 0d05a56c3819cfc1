// `longtake room` and `longtake lecture`: documents, tables, exit codes, and what is said when nobody answers.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { main } from '../../src/cli/main.ts';
import type { Terminal } from '../../src/cli/output/terminal.ts';
import { slotsOf } from '../../src/cli/lecture/order.ts';
import { secondsOf } from '../../src/cli/room/blank.ts';
import { courseList } from '../../src/contract/course.ts';
import { blankPictureList, lectureAsked } from '../../src/contract/lecture-asked.ts';
import { lectureAdded, lectureDocument, lectureList } from '../../src/contract/lecture.ts';
import { roomDocument, roomList, roomRemoved } from '../../src/contract/room.ts';
import { webhookList } from '../../src/contract/webhook.ts';
import { openCatalog, startCallers, type Callers } from '../client/lecture-callers.ts';
import { eventually } from '../setup/eventually.ts';
import { runToSuccess } from '../setup/run-to-success.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';
import { testRun } from '../setup/test-tools.ts';
import { runCli, type CliEnd } from './run-cli.ts';

let callers: Callers;
let dir: TempDir;
let catalog: Catalog;
let up: string;
let down: string;

beforeAll(async () => {
  callers = await startCallers();
  dir = await tempDir();
  catalog = await openCatalog(dir.path);
  up = join(dir.path, 'up.yaml');
  down = join(dir.path, 'down.yaml');
  await writeFile(up, `temporal:\n  address: ${callers.address}\n  namespace: ${callers.namespace}\n`);
  await writeFile(down, 'temporal:\n  address: 127.0.0.1:9\n');
});
afterAll(async () => {
  await callers.stop();
  await catalog.close();
  await dir.remove();
});

const at = (config: string, args: string[], stdin = ''): Promise<CliEnd> =>
  runCli([...args, '--data', dir.path, '--config', config], { stdin });
const room = (...args: string[]) => at(down, ['room', ...args]);
const lecture = (...args: string[]) => at(up, ['lecture', ...args]);
const asked = ['--date', '2026-09-14', '--start', '10:10', '--end', '11:40', '--name', 'Graph theory'];

/** What `lecture watch` says while it watches. */
function watching(id: string): { code: Promise<number>; err: () => string } {
  const err: string[] = [];
  const say = (text: string): void => void err.push(text);
  const terminal: Terminal = {
    ...{ out: () => {}, err: say, draw: say, stdin: process.stdin, columns: 100 },
    ...{ asks: false, isTerminal: false, drawsProgress: false },
  };
  const code = main(['lecture', 'watch', id, '--data', dir.path, '--config', up], terminal);
  return { code, err: () => err.join('\n') };
}

/** As its workflow would. */
async function end(id: string, state: 'complete' | 'incomplete', reason?: string): Promise<void> {
  await catalog.lectures.record(id, { state, reason });
  await callers.end(id, state);
}

describe('rooms', () => {
  test('are added, changed, shown and listed', async () => {
    const fields = [
      '--time-zone',
      'Europe/Moscow',
      '--folder',
      'https://drive.google.com/drive/folders/1AbCdEf',
    ];
    const added = await room(
      'add',
      'A101',
      ...fields,
      '--share',
      'domain:example.org',
      '--pane',
      '640x360',
      '--json',
    );
    expect(roomDocument.parse(added.json())).toMatchObject({
      timeZone: 'Europe/Moscow',
      folderId: '1AbCdEf',
      share: { kind: 'domain', domain: 'example.org' },
      paneWidth: 640,
      attach: true,
    });
    const changed = await room(
      'add',
      'A101',
      '--folder',
      '',
      '--no-attach',
      '--slot-seconds',
      '600',
      '--json',
    );
    expect(changed.json()).toMatchObject({ timeZone: 'Europe/Moscow', attach: false, slotSeconds: 600 });
    expect(changed.json()).not.toHaveProperty('folderId');
    const template = 'file:///mnt/nvr/{date}_{hh}:{mm}_A101_{externalId}.mp4';
    const archive = ['--archive-kind', 'file', '--archive-url', template, '--external-id', '42'];
    expect((await room('source', 'add', 'A101', '--role', 'lecturer', ...archive)).out).toBe(
      'Room A101 has the lecturer A101-lecturer.',
    );
    expect((await room('show', 'A101')).out).toMatch(/lecturer +A101-lecturer +file +file:\/\/\/mnt.* 42/);
    expect((await room('list')).out).toMatch(/A101 +Europe\/Moscow +lecturer/);
    expect(roomList.parse((await room('list', '--json')).json())).toHaveLength(1);
  });

  test('with a calendar are saved while Temporal is down, which is said; with it, the calendar is followed', async () => {
    const saved = await room('add', 'C1', '--calendar', 'c_1@group.calendar.google.com', '--json');
    expect([saved.code, roomDocument.parse(saved.json()).calendarId]).toEqual([
      0,
      'c_1@group.calendar.google.com',
    ]);
    expect(saved.err).toMatch(/has not been told.*Temporal/);
    expect((await at(up, ['room', 'add', 'C1'])).err).toBe('');
    const intake = await callers.client.workflow.getHandle('lecture-intake/C1').describe();
    expect(intake.type).toBe('lectureIntake');
    expect(roomRemoved.parse((await at(up, ['room', 'rm', 'C1', '--json'])).json())).toEqual({
      id: 'C1',
      removed: true,
    });
    await callers.client.workflow.getHandle('lecture-intake/C1').terminate();
  });

  test('share one table of courses and one of webhooks, whose secrets come by file and are not shown', async () => {
    await room('course', 'add', 'БИ-241', '123456789012');
    expect(courseList.parse((await room('course', 'list', '--json')).json())).toHaveLength(1);
    const secret = join(dir.path, 'zulip.key');
    await writeFile(secret, 'bot@example.org:canary-5\n');
    const zulip = ['--kind', 'zulip', '--url', 'https://zulip.example', '--to', 'lectures > ready'];
    const added = await room(
      'webhook',
      'add',
      'zulip',
      ...zulip,
      '--secret-file',
      secret,
      '--events',
      'ready,failed',
    );
    const slack = ['room', 'webhook', 'add', 'chat', '--kind', 'slack', '--url-stdin'];
    const piped = await at(down, slack, 'https://hooks.slack.test/canary-6\n');
    const listed = await room('webhook', 'list', '--json');
    expect(webhookList.parse(listed.json())).toMatchObject([
      { name: 'chat', kind: 'slack', host: 'hooks.slack.test', events: ['ready', 'waiting', 'failed'] },
      { name: 'zulip', hasSecret: true, to: 'lectures > ready', events: ['ready', 'failed'] },
    ]);
    const told = [added, piped, listed, await room('webhook', 'list')].map(({ out, err }) => out + err);
    expect(told.join('')).not.toContain('canary');
    expect(await catalog.webhooks.get('chat')).toMatchObject({ url: 'https://hooks.slack.test/canary-6' });
    expect((await room('webhook', 'rm', 'chat')).out).toBe('Webhook chat removed.');
    expect((await room('course', 'rm', 'БИ-241')).code).toBe(0);
  });

  test('learn what no signal looks like from a picture and from a moment of a recording', async () => {
    const png = join(dir.path, 'card.png');
    const video = join(dir.path, 'card.mp4');
    const card = 'color=c=0x204080:s=320x180:r=5:d=4';
    const run = await testRun();
    const ffmpeg = (...output: string[]) =>
      runToSuccess(run, { command: 'ffmpeg', args: ['-v', 'error', '-f', 'lavfi', '-i', card, ...output] });
    await ffmpeg('-frames:v', '1', png);
    await ffmpeg('-c:v', 'libx264', '-preset', 'ultrafast', video);
    expect((await room('learn-blank', png, '--json')).code).toBe(0);
    expect((await room('learn-blank', video, '--at', '0:02', '--room', 'A101')).out).toContain('room A101');
    const pictures = blankPictureList.parse((await room('blanks', '--room', 'A101', '--json')).json());
    expect(pictures).toHaveLength(2);
    const rows = await catalog.noSignalPictures.list();
    for (const { pixels } of rows) {
      expect(pixels).toHaveLength(6912);
      for (const [at, value] of [0x20, 0x40, 0x80].entries())
        expect(Math.abs(pixels[at]! - value)).toBeLessThan(8);
    }
    for (const { id } of pictures) expect((await room('forget-blank', id)).code).toBe(0);
    expect((await room('blanks')).out).toContain('No pictures');
  });
});

describe('lectures', () => {
  test('are asked for once, followed to their end, and shown with Temporal down', async () => {
    const request = ['request', '--room', 'A101', ...asked, '--user', 'a@example.org', 'b@example.org'];
    const more = ['--event', 'c_1@group.calendar.google.com/4q1', '--course', 'БИ-241', '--course', 'БИ-242'];
    const added = lectureAdded.parse((await lecture(...request, ...more, '--json')).json());
    expect(added.joined).toBe(false);
    expect(await catalog.lectures.require(added.id)).toMatchObject({
      event: { calendarId: 'c_1@group.calendar.google.com', eventId: '4q1' },
      spec: { users: ['a@example.org', 'b@example.org'], courses: ['БИ-241', 'БИ-242'], source: 'cli' },
    });
    const watched = watching(added.id);
    const again = lecture(...request, '--wait', '--json');
    await eventually(() => watched.err().includes('composing, 1/3 slots'));
    await end(added.id, 'incomplete', 'The course is unknown.');
    expect(await watched.code).toBe(1);
    expect(watched.err()).toContain(`${added.id} incomplete: The course is unknown.`);
    expect([(await again).code, lectureDocument.parse((await again).json()).id]).toEqual([1, added.id]);
    const shown = await at(down, ['lecture', 'show', added.id]);
    expect(shown.out).toMatch(
      /^Lecture l-20260914-\w{4}: incomplete\nGraph theory; room A101, 2026-09-14 10:10–11:40 \(Europe\/Moscow\)\nThe course is unknown\./,
    );
    const listed = lectureList.parse(
      (await at(down, ['lecture', 'list', '--room', 'A101', '--json'])).json(),
    );
    expect(listed).toMatchObject([{ id: added.id, state: 'incomplete', name: 'Graph theory' }]);
    const days = (from: string, to: string) =>
      at(down, ['lecture', 'list', '--room', 'A101', '--from', from, '--to', to, '--json']);
    expect((await days('2026-09-14', '2026-09-14')).json()).toHaveLength(1);
    expect((await days('2026-09-15', '2026-09-20')).json()).toEqual([]);
  });

  test('that are complete with something missing say how much, and why that is complete', async () => {
    const hours = ['--date', '2026-10-01', '--start', '10:10', '--end', '11:40'];
    const request = ['request', '--room', 'A101', ...hours, '--name', 'Trees', '--json'];
    const { id } = lectureAdded.parse((await lecture(...request)).json());
    await catalog.lectures.record(id, { outcome: { missingSeconds: 45.25 } });
    await end(id, 'complete');
    expect((await at(down, ['lecture', 'show', id])).out).toContain(
      'No lecturer was recorded for 45.3 s; the room takes 60 s for complete.',
    );
    expect((await at(down, ['lecture', 'list', '--room', 'A101'])).out).toMatch(
      new RegExp(`^${id} .* complete +45\\.3 s +Trees`, 'm'),
    );
  });

  test('hear every word, and a complete one is exit code 0', async () => {
    const hours = ['--date', '2026-09-15', '--start', '23:00', '--end', '00:30', '--end-date', '2026-09-16'];
    const { id } = lectureAdded.parse(
      (await lecture('request', '--room', 'A101', ...hours, '--name', 'Stars', '--json')).json(),
    );
    const order = async (...args: string[]) =>
      lectureAsked.parse((await lecture(...args, '--json')).json()).asked;
    expect(await order('start', id)).toBe('start');
    expect(await order('change', id, '--end', '00:20', '--name', 'Stars 2')).toBe('change');
    expect(await order('render', id, '--slot', '1-2', '--right', 'board')).toBe('render');
    expect(await order('retry', id)).toBe('retry');
    expect((await callers.heard(id)).words).toEqual([
      'startNow',
      'lectureChanged',
      ['choosePane', { slot: 1, right: 'board' }],
      ['choosePane', { slot: 2, right: 'board' }],
      'retry',
    ]);
    expect((await lecture('show', id, '--json')).json()).toMatchObject({
      endAt: '2026-09-15T21:20:00Z',
      spec: { name: 'Stars 2' },
    });
    await end(id, 'complete');
    expect((await lecture('watch', id)).code).toBe(0);
    const refused = await lecture('cancel', id);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining(`cancel ${id} --undo`)]);
    expect((await lecture('cancel', id, '--undo')).out).toContain('take back what was published');
    expect((await callers.heard(id)).words).toEqual([['cancel', { undo: true }]]);
  });

  test('whose run somebody has ended are not watched for ever', async () => {
    const request = ['request', '--room', 'A101', '--date', '2026-09-17', ...asked.slice(2)];
    const { id } = lectureAdded.parse((await lecture(...request, '--json')).json());
    await callers.client.workflow.getHandle(`lecture/${id}`).terminate();
    const watched = await lecture('watch', id);
    expect([watched.code, watched.err]).toEqual([1, expect.stringContaining(`longtake lecture retry ${id}`)]);
  });
});

describe('bad input', () => {
  const request = ['lecture', 'request', '--room', 'A101'];
  test.each<[string, string[], RegExp]>([
    ['an unknown room', ['lecture', 'request', '--room', 'B1', ...asked], /no room "B1"/],
    ['an end before the start', [...request, ...asked, '--end', '09:00'], /cannot end.*\n.*--end-date/],
    ['a time that is none', [...request, ...asked, '--start', '10'], /"10" is no time of a day/],
    ['a day that is none', [...request, ...asked, '--date', '14.09.2026'], /"14.09.2026" is no day/],
    ['an event without its calendar', [...request, ...asked, '--event', '4q1'], /--event takes CALENDAR\/ID/],
    ['a user who is none', [...request, ...asked, '--user', 'me'], /users\.0: a mail address/],
    [
      'a request without a name',
      [...request, '--date', '2026-09-14', '--start', '10:10', '--end', '11:40'],
      /--name/,
    ],
    ['an unknown lecture', ['lecture', 'show', 'l-none'], /no lecture "l-none"/],
    ['a change of nothing', ['lecture', 'change', 'l-none'], /Nothing is to be changed/],
    [
      'a slot that is none',
      ['lecture', 'render', 'l-none', '--slot', 'x', '--right', 'board'],
      /--slot takes/,
    ],
    [
      'a pane that is none',
      ['lecture', 'render', 'l-none', '--slot', '1', '--right', 'left'],
      /Allowed choices/,
    ],
    ['a limit of nothing', ['lecture', 'list', '--limit', '0'], /--limit/],
    ['a source of nothing', ['room', 'source', 'add', 'A101', '--role', 'board'], /--camera, or an archive/],
    ['a size that is none', ['room', 'add', 'A101', '--pane', 'big'], /--pane takes WIDTHxHEIGHT/],
    ['sharing with someone', ['room', 'add', 'A101', '--share', 'someone'], /--share takes/],
    [
      'a Slack address on the command line',
      ['room', 'webhook', 'add', 'x', '--kind', 'slack', '--url', 'https://h/canary'],
      /--url-file/,
    ],
    [
      'a secret from a file that is not there',
      [
        'room',
        'webhook',
        'add',
        'x',
        '--kind',
        'archive',
        '--url',
        'https://h/',
        '--secret-file',
        '/nowhere',
      ],
      /ENOENT/,
    ],
    [
      'a database with its password on the command line',
      ['room', 'import-nvr', '--dsn', 'postgres://u:canary@h/d'],
      /--dsn-file/,
    ],
    ['an import from nowhere', ['room', 'import-nvr'], /where the old database is/],
    ['a file of no picture', ['room', 'learn-blank', '/etc/hostname'], /neither a recording nor a picture/],
    ['a file that is not there', ['room', 'learn-blank', '/nowhere.mp4'], /cannot be read: ENOENT/],
  ])('%s is exit code 2 or 1 and says what is wrong', async (_, args, message) => {
    const end = await at(up, args);
    expect(end.out).toBe('');
    expect(end.code).toBe(/neither a recording/.test(message.source) ? 1 : 2);
    expect(end.err).toMatch(message);
    expect(end.err).not.toContain('canary');
  });

  test('without Temporal a request adds nothing, and is exit code 3', async () => {
    const before = await catalog.lectures.list({});
    const end = await at(down, [...request, ...asked, '--date', '2026-10-01', '--json']);
    expect([end.code, end.error().type]).toEqual([3, 'StackUnreachable']);
    expect(await catalog.lectures.list({})).toEqual(before);
  });

  test.each([
    ['2', [2]],
    ['0-2', [0, 1, 2]],
    ['2,5-6, 2', [2, 5, 6]],
  ])('--slot %s means %j', (text, slots) => {
    expect(slotsOf(text)).toEqual(slots);
  });
  test.each(['', '-1', '3-2', '1-99999', '1,,2', '0x1'])('--slot %j is refused', (text) => {
    expect(() => slotsOf(text)).toThrow(/--slot takes/);
  });
  test.each([
    ['1', 1],
    ['1.5', 1.5],
    ['12:30', 750],
    ['1:00:05.25', 3605.25],
  ])('--at %s is %d seconds', (text, seconds) => {
    expect(secondsOf(text)).toBe(seconds);
  });
  test.each(['', '-1', '1:2:3:4', 'noon'])('--at %j is refused', (text) => {
    expect(() => secondsOf(text)).toThrow(/--at takes/);
  });
});
