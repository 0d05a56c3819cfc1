// Processes that upload and are killed without a word: the next one goes on, and one file lies in Drive.
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { eventually } from '../setup/eventually.ts';
import { fileSessions, granule, openDrive, videosIn, type DriveKit } from './drive-kit.ts';
import type { UploadOrders } from './upload-program.ts';

const program = fileURLToPath(new URL('./upload-program.ts', import.meta.url));

/** Runs until the stand-in has received so many bytes in all, then kills; answers the exit code of one that was quicker. */
async function uploadUntil(kit: DriveKit, ordersFile: string, killAtBytes: number): Promise<number | null> {
  const child = spawn(process.execPath, [program, ordersFile], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let isOver = false;
  void ended.then(() => (isOver = true));
  await eventually(() => isOver || kit.fake.journal.uploadedBytes >= killAtBytes, {
    seconds: 120,
    what: 'bytes',
  });
  child.kill('SIGKILL');
  return ended;
}

it('a kill at random bytes, again and again, costs a piece each and ends in one file', async () => {
  await using kit = await openDrive();
  const sizeBytes = 40 * granule + 4321;
  const spec = await kit.lecture({ sizeBytes });
  const prefix = join(kit.directory, 'sessions');
  const ordersFile = join(kit.directory, 'orders.json');
  const { sessions: _, signal: __, ...rest } = spec;
  const orders: UploadOrders = { settings: kit.settings, prefix, spec: rest };
  await writeFile(ordersFile, JSON.stringify(orders));
  // Slow enough that a kill finds it at work.
  kit.fake.script([{ on: { api: 'drive.upload.put' }, do: 'delay', ms: 15, times: Infinity }]);
  const kills = Array.from({ length: 4 }, () => Math.floor(Math.random() * sizeBytes)).toSorted(
    (a, b) => a - b,
  );
  let killed = 0;
  for (const killAtBytes of kills)
    if ((await uploadUntil(kit, ordersFile, killAtBytes)) === null) killed += 1;
  expect(await uploadUntil(kit, ordersFile, Infinity), `killed at ${kills.join()}`).toBe(0);
  expect(killed).toBeGreaterThan(1);
  expect(videosIn(kit.fake)).toMatchObject([{ id: spec.fileId, sha256: spec.sha256 }]);
  expect(kit.fake.journal.uploadedBytes, `killed at ${kills.join()}`).toBeLessThanOrEqual(
    Math.min(1.2 * sizeBytes, sizeBytes + killed * granule),
  );
  expect(await fileSessions(prefix).get(spec.fileId)).toBeUndefined();
});
