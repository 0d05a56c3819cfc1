// Two processes on the relays of one catalog: no epoch twice, none that goes back, and nobody ends in the other's way.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { forEachDatabase } from './databases.ts';
import { relayReport, wantedRelay } from './relay-rows.ts';

const racer = fileURLToPath(new URL('./programs/relay-racer.ts', import.meta.url));
const children: ChildProcessByStdio<Writable, Readable, null>[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function race(options: string, server: string, count: number) {
  const argv = [racer, options, server, String(count)];
  const child = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
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
  test('two processes that open epochs and place the same relay never get the same one, while they sync, move and record', async () => {
    const options = await newOptions();
    const { relays } = await open(options);
    const cameras = [wantedRelay('shared')].concat(
      Array.from({ length: 300 }, (_, index) => wantedRelay(`cam-${index}`)),
    );
    await relays.sync({ cameras, gone: [] });
    const count = 20;
    const racers = ['s1', 's2'].map((server) => race(JSON.stringify(options), server, count));
    for (const { nextLine } of racers) expect(await nextLine()).toBe('ready');
    for (const { child } of racers) child.stdin.write('go\n');
    const results = await Promise.all(
      racers.map(async ({ nextLine }) => JSON.parse(await nextLine()) as number[]),
    );
    for (const epochs of results) expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
    const all = results.flat();
    expect(all).toHaveLength(2 * count);
    expect(new Set(all).size).toBe(all.length);
    const last = await relays.get('shared');
    expect(last?.epoch).toBeGreaterThanOrEqual(Math.max(...all));
    await relays.record([
      { cameraId: 'shared', report: relayReport((last?.epoch ?? 0) - 1, { restarts: 999 }) },
    ]);
    expect((await relays.get('shared'))?.report?.restarts).not.toBe(999);
  });

  test('of twenty connections that open an epoch at once each gets its own', async () => {
    const options = await newOptions();
    const catalogs = await Promise.all(Array.from({ length: 20 }, () => open(options)));
    await catalogs[0]?.relays.sync({ cameras: [wantedRelay('a')], gone: [] });
    const rows = await Promise.all(catalogs.map(({ relays }) => relays.openEpoch('a')));
    const epochs = rows.map(({ epoch }) => epoch).sort((a, b) => a - b);
    expect(epochs).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });
});
