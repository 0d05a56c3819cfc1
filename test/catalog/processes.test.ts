// Several processes on one catalog: exactly one grant each, migrations at once, a writer killed in the middle.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import type { CatalogOptions } from '../../src/catalog/connect.ts';
import { forEachDatabase } from './databases.ts';
import { cameraRow } from './rows.ts';

type Child = ChildProcessByStdio<Writable, Readable, null>;
const children: Child[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(program: string, args: string[]) {
  const file = fileURLToPath(new URL(`./programs/${program}.ts`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${program} ended without a line`);
    return value as string;
  };
  return { child, nextLine };
}

forEachDatabase(({ newOptions, open }) => {
  test('two processes that migrate and then race for 500 keys get each key once, and never the same epoch', async () => {
    const options = JSON.stringify(await newOptions());
    const racers = ['a', 'b'].map((owner) => start('lease-racer', [options, owner, '500']));
    for (const { nextLine } of racers) expect(await nextLine()).toBe('ready');
    for (const { child } of racers) child.stdin.write('go\n');
    const results = await Promise.all(
      racers.map(
        async ({ nextLine }) => JSON.parse(await nextLine()) as { distinct: number[]; epochs: number[] },
      ),
    );
    const byNumber = (x: number, y: number) => x - y;
    const all = results.flatMap(({ distinct }) => distinct).sort(byNumber);
    expect(all).toEqual(Array.from({ length: 500 }, (_, index) => index));
    const epochs = results.flatMap((result) => result.epochs).sort(byNumber);
    expect(epochs).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });

  test('twenty connections that migrate a new catalog at once all work', async () => {
    const options = await newOptions();
    const catalogs = await Promise.all(Array.from({ length: 20 }, () => open(options)));
    await Promise.all(
      catalogs.map((one, index) => one.cameras.upsertMany({ rows: [cameraRow(`cam-${index}`)] })),
    );
    expect(await catalogs[0]?.cameras.list()).toHaveLength(20);
  });

  test('a writer killed in the middle leaves whole batches, and no lock', async () => {
    const options: CatalogOptions = await newOptions();
    for (let round = 0; round < 3; round++) {
      const { child, nextLine } = start('batch-writer', [JSON.stringify(options)]);
      await nextLine();
      await nextLine();
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      const catalog = await open(options);
      const counts = Map.groupBy(await catalog.cameras.list(), ({ tags }) => tags[0]);
      for (const [, cameras] of counts) expect(cameras).toHaveLength(300);
      expect(counts.size).toBeGreaterThanOrEqual(2);
      await catalog.cameras.upsertMany({ rows: [...counts.values()].flat().map(({ id }) => cameraRow(id)) });
      for (const [, cameras] of counts) for (const { id } of cameras) await catalog.cameras.remove(id);
      await catalog.close();
    }
  });

  test.each(['close', 'forget'])(
    'a process that has nothing else to do ends after its query: %s',
    async (end) => {
      const { child, nextLine } = start('last-query', [JSON.stringify(await newOptions()), end]);
      expect(await nextLine()).toBe('0');
      const [code] = child.exitCode === null ? ((await once(child, 'exit')) as [number]) : [child.exitCode];
      expect(code).toBe(0);
    },
  );
});
