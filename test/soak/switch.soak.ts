// Five hundred cameras behind one switch that restarts: how soon their relays are live again, and how many connections that costs them.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startRelayStack, type RelayStack } from '../integration/restream/relay-stack.ts';
import { tempDir } from '../setup/servers.ts';
import { openSwitchNetwork } from './switch-network.ts';

const number = (name: string, usual: number): number => Number(process.env[name] ?? usual);
const cameraCount = number('LONGTAKE_SWITCH_CAMERAS', 500);
const serverCount = number('LONGTAKE_SWITCH_SERVERS', 1);
const downSeconds = number('LONGTAKE_SWITCH_DOWN_SECONDS', 60);
const promisedSeconds = 60;

/** As users have them. */
const connects = { connectsPerHost: 50, connectsPerSubnet: 200 };
const settings = {
  ...{ pollSeconds: 10, keepSeconds: 2, connectSeconds: 10, stallSeconds: 10, restartSeconds: 5 },
  ...{ backoffSeconds: 60, serverLostSeconds: 10, ...connects },
} as const;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const ids = Array.from({ length: cameraCount }, (_, index) => `cam-${index}`);

async function bytesOf({ targets }: RelayStack): Promise<Map<string, number>> {
  const lists = await Promise.all(targets.map((target) => target.paths().catch(() => [])));
  return new Map(lists.flat().flatMap((path) => (path.available ? [[path.name, path.inboundBytes]] : [])));
}

/** Seconds from now until each is live again, in their order; whoever is not within the time is missing. */
async function secondsUntilLive(stack: RelayStack, limitSeconds: number): Promise<number[]> {
  const startMs = performance.now();
  const before = await bytesOf(stack);
  const waiting = new Set(ids.map((id) => `cam/${id}`));
  const seconds: number[] = [];
  while (waiting.size > 0 && performance.now() - startMs < limitSeconds * 1000) {
    const now = await bytesOf(stack);
    const passed = (performance.now() - startMs) / 1000;
    for (const name of waiting) {
      const bytes = now.get(name);
      if (bytes === undefined || bytes === before.get(name)) continue;
      waiting.delete(name);
      seconds.push(passed);
    }
    await delay(500);
  }
  return seconds;
}

/** Most connections of one second of the clock. */
const mostInSecond = (atSeconds: readonly number[]): number =>
  Math.max(0, ...[...Map.groupBy(atSeconds, Math.floor).values()].map((all) => all.length));

test(`${cameraCount} cameras behind a switch that restarts are live again within ${promisedSeconds} s, within the budget of connections`, async () => {
  await using dir = await tempDir();
  await using network = await openSwitchNetwork(dir.path);
  await using stack = await startRelayStack({
    settings,
    worker: 'none',
    servers: Array.from({ length: serverCount }, (_, index) => ({ name: `m${index + 1}` })),
  });
  await stack.addWorker({ ownCommand: true });
  for (const [index, url] of network.urls(cameraCount).entries())
    await stack.addCameras([ids[index]!], { url });
  await stack.start();
  await stack.live(ids, 300);
  say('all live');
  await network.goDown();
  await delay(downSeconds * 1000);
  const fromIndex = network.connections.map(({ length }) => length);
  await network.comeBack();
  const seconds = await secondsUntilLive(stack, 3 * promisedSeconds);
  const after = network.connections.map((all, index) => all.slice(fromIndex[index]));
  say(
    `half are live after ${seconds[Math.floor(seconds.length / 2)]?.toFixed(1)} s, the last of ${seconds.length} after ${seconds.at(-1)?.toFixed(1)} s; ${after.map((all) => `${all.length} connections, at most ${mostInSecond(all)} in a second`).join('; ')}`,
  );
  expect(seconds).toHaveLength(cameraCount);
  expect(seconds.at(-1)).toBeLessThan(promisedSeconds);
  // A full bucket, and what flows into it meanwhile.
  for (const all of after) expect(mostInSecond(all)).toBeLessThanOrEqual(2 * connects.connectsPerSubnet);
});
