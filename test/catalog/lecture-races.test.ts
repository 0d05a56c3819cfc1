// Two processes that ask for the same lecture, folder and publication at once: one of each is made.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { forEachDatabase } from './databases.ts';
import { event, hourMs, newLecture, roomSpec } from './lecture-rows.ts';
import { cameraRow } from './rows.ts';

const racer = fileURLToPath(new URL('./programs/lecture-racer.ts', import.meta.url));
const children: ChildProcessByStdio<Writable, Readable, null>[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Got {
  lectures: { id: string; joined: boolean }[];
  folders: string[];
  publications: string[];
}

function race(args: readonly string[]) {
  const child = spawn(process.execPath, [racer, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the racer ended without a line');
    return value as string;
  };
  return { child, nextLine };
}

forEachDatabase(({ newOptions, open }) => {
  test.each([
    ['room and times', newLecture('')],
    ['an event', newLecture('', { event: event('e1') })],
  ])('of fifty requests for %s from two processes one adds, and all get its id', async (_, lecture) => {
    const options = await newOptions();
    const { lectures } = await open(options);
    // The second process asks for other times: only the event says that it is the same lecture.
    const moved = lecture.event ? { ...lecture, endMs: lecture.endMs + hourMs } : lecture;
    const racers = [lecture, moved].map((one, index) =>
      race([JSON.stringify(options), `p${index}`, '25', JSON.stringify(one)]),
    );
    for (const { nextLine } of racers) expect(await nextLine()).toBe('ready');
    for (const { child } of racers) child.stdin.write('go\n');
    const got = await Promise.all(racers.map(async ({ nextLine }) => JSON.parse(await nextLine()) as Got));
    const added = got.flatMap((one) => one.lectures);
    expect(added).toHaveLength(50);
    expect(new Set(added.map(({ id }) => id)).size).toBe(1);
    expect(added.filter(({ joined }) => !joined)).toHaveLength(1);
    expect(await lectures.list({})).toHaveLength(1);
    expect(new Set(got.flatMap(({ folders }) => folders)).size).toBe(1);
    expect(new Set(got.flatMap(({ publications }) => publications)).size).toBe(1);
  });

  test('of fifty additions over twenty connections one adds, while another lecture of the room is cancelled', async () => {
    const options = await newOptions();
    const catalogs = await Promise.all(Array.from({ length: 20 }, () => open(options)));
    const first = catalogs[0]!;
    await first.lectures.add(newLecture('standing'));
    const [answers] = await Promise.all([
      Promise.all(
        Array.from({ length: 50 }, (_, index) => catalogs[index % 20]!.lectures.add(newLecture(`l${index}`))),
      ),
      first.lectures.record('standing', { state: 'cancelled' }),
    ]);
    const live = (await first.lectures.list({})).filter(({ state }) => state !== 'cancelled');
    const added = answers.filter((answer) => answer.joined === false);
    expect(added.length).toBeLessThanOrEqual(1);
    expect(live.map(({ id }) => id)).toEqual(added.map((answer) => answer.row.id));
    for (const answer of answers) expect(['standing', ...live.map(({ id }) => id)]).toContain(answer.row.id);
  });

  test('of ten events for one lecture at once it takes one, and all are told which', async () => {
    const options = await newOptions();
    const catalogs = await Promise.all(Array.from({ length: 5 }, () => open(options)));
    const first = catalogs[0]!;
    await first.lectures.add(newLecture('l'));
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        catalogs[index % 5]!.lectures.add(newLecture('x', { event: event(`e${index}`) })),
      ),
    );
    expect(answers.filter(({ tookEvent }) => tookEvent)).toHaveLength(1);
    const { event: taken } = await first.lectures.require('l');
    for (const { row } of answers) expect(row).toMatchObject({ id: 'l', event: taken });
  });

  test('changes, sources and results written at once are all kept', async () => {
    const options = await newOptions();
    const [a, b] = [await open(options), await open(options)];
    await a.rooms.put(roomSpec('504'));
    const cameras = Array.from({ length: 12 }, (_, index) => `cam-${index}`);
    await a.cameras.upsertMany({ rows: cameras.map((id) => cameraRow(id)) });
    await Promise.all(
      cameras.map((camera, index) => (index % 2 ? a : b).rooms.addSource('504', { role: 'board', camera })),
    );
    const room = await b.rooms.require('504');
    expect(room.sources.map(({ camera }) => camera).sort()).toEqual(cameras.toSorted());
    expect(room.revision).toBe(13);
    const { row } = await a.lectures.add(newLecture('l'));
    await Promise.all([
      ...cameras.map((_, index) =>
        (index % 2 ? a : b).lectures.change('l', { endMs: row.endMs + (index + 1) * 1000 }),
      ),
      a.lectures.change('l', { spec: { ...row.spec, name: 'Ряды' } }),
      b.lectures.record('l', { state: 'composing', outcome: { host: 'nvr-1' } }),
      a.lectures.record('l', { state: 'composing', outcome: { missingSeconds: 3 } }),
    ]);
    const changed = await b.lectures.require('l');
    expect(changed).toMatchObject({
      revision: 14,
      spec: { name: 'Ряды' },
      state: 'composing',
      outcome: { host: 'nvr-1', missingSeconds: 3 },
    });
  });
});
