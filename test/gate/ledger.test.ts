import { appendFile, mkdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLedger, type Entry, type Ledger } from '../../src/gate/ledger.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';

let dir: TempDir;
let ledger: Ledger;
let journal: string;
beforeEach(async () => {
  dir = await tempDir();
  journal = join(dir.path, 'gate.journal');
  ledger = await openLedger(dir.path);
});
afterEach(async () => {
  await ledger.close();
  await dir.remove();
});

let made = 0;
/** A token of its own, valid for a minute, asked for by a session of its own. */
const entry = (epoch: number, more: Partial<Entry> & { path?: string } = {}): Entry => {
  made += 1;
  const token = { id: `token-${made}`, epoch, expiresAtMs: Date.now() + 60_000 };
  return { path: 'cam/a', token, session: `session-${made}`, ...more };
};
const allowed = async (asked: Entry): Promise<boolean> => (await ledger.admit(asked)).allowed;

async function reopen(): Promise<void> {
  await ledger.close();
  ledger = await openLedger(dir.path);
}

describe('the ledger', () => {
  test('lets in the same epoch and newer ones, refuses older ones, for each path alone', async () => {
    expect(await allowed(entry(0))).toBe(true);
    expect(await allowed(entry(5))).toBe(true);
    expect(await ledger.admit(entry(4))).toEqual({ allowed: false, reason: 'epoch 4 is older than 5' });
    expect(await allowed(entry(5))).toBe(true);
    expect(await allowed(entry(1, { path: 'cam/b' }))).toBe(true);
  });

  test('takes a token once; the session that holds the path may ask again', async () => {
    const first = entry(1);
    expect(await allowed(first)).toBe(true);
    expect(await ledger.admit(first)).toEqual({ allowed: true, superseded: [] });
    expect(await allowed({ ...first, session: 'another' })).toBe(false);
    expect(await allowed({ ...first, session: undefined })).toBe(false);
  });

  test('a session that was replaced may not ask again, so that two never fight', async () => {
    const first = entry(1);
    await ledger.admit(first);
    await ledger.admit(entry(1));
    expect(await allowed(first)).toBe(false);
  });

  test('names the session that a newer one replaces, also after a restart', async () => {
    const [first, second, third] = [entry(1), entry(2), entry(2)];
    expect(await ledger.admit(first)).toEqual({ allowed: true, superseded: [] });
    expect(await ledger.admit(second)).toEqual({ allowed: true, superseded: [first.session] });
    await reopen();
    expect(await ledger.admit(third)).toEqual({ allowed: true, superseded: [second.session] });
  });

  test('of many that ask at once only the last is let in, and it replaces all others', async () => {
    const asked = Array.from({ length: 5 }, (_, index) => entry(index));
    const rulings = await Promise.all(asked.map((one) => ledger.admit(one)));
    expect(rulings.map((ruling) => ruling.allowed)).toEqual([false, false, false, false, true]);
    expect(rulings[4]).toMatchObject({ superseded: asked.slice(0, 4).map(({ session }) => session) });
  });

  test('remembers epochs and used tokens over a restart, and forgets expired tokens', async () => {
    const used = entry(3);
    const expired = entry(3, { path: 'cam/b', token: { id: 'old', epoch: 3, expiresAtMs: Date.now() - 1 } });
    await ledger.admit(used);
    await ledger.admit(expired);
    await reopen();
    expect(await allowed({ ...used, session: 'another' })).toBe(false);
    expect(await allowed(entry(2))).toBe(false);
    expect(await allowed(entry(2, { path: 'cam/b' }))).toBe(false);
    expect(await readFile(journal, 'utf8')).not.toContain('"old"');
  });

  test('has on the disk what it has promised, whatever was being written when the power went', async () => {
    await ledger.admit(entry(3));
    await ledger.admit(entry(9));
    const whole = await readFile(journal, 'utf8');
    for (const tail of ['{"path":"cam/a","epo', '\0\0\0\0', '{"path":"cam/a","epoch":-1}\n', '17\n\n']) {
      await ledger.close();
      await writeFile(journal, whole);
      await appendFile(journal, tail);
      ledger = await openLedger(dir.path);
      expect(await allowed(entry(8))).toBe(false);
    }
  });

  test('is private, and refuses a file that it has not written', async () => {
    expect((await stat(journal)).mode & 0o777).toBe(0o600);
    await writeFile(journal, 'something else\n');
    await expect(openLedger(dir.path)).rejects.toMatchObject({
      type: 'StorageFault',
      message: expect.stringContaining('Move it away') as string,
    });
  });

  test('does not grow for ever', async () => {
    const path = `cam/${'x'.repeat(10_000)}`;
    const gone = { epoch: 1, expiresAtMs: Date.now() - 1 };
    for (let index = 0; index < 300; index += 1)
      await ledger.admit(entry(1, { path, token: { id: `t${index}`, ...gone } }));
    expect((await stat(journal)).size).toBeLessThan(1_200_000);
  });

  test('promises nothing while the disk takes nothing, keeps the picture that is on, and goes on afterwards', async () => {
    const first = entry(1);
    await ledger.admit(first);
    await mkdir(`${journal}.new`);
    const path = `cam/${'x'.repeat(10_000)}`;
    const failed = await (async () => {
      for (let index = 0; index < 200; index += 1) await ledger.admit(entry(1, { path }));
    })().catch((error: unknown) => error);
    expect(failed).toMatchObject({ type: 'StorageFault' });
    expect(ledger.isHealthy()).toBe(false);
    const second = entry(2);
    await expect(ledger.admit(second)).rejects.toMatchObject({ type: 'StorageFault' });
    await rmdir(`${journal}.new`);
    const ruling = await ledger.admit(second);
    expect(ruling).toMatchObject({ allowed: true });
    expect(ruling.allowed && ruling.superseded).toContain(first.session);
    expect(ledger.isHealthy()).toBe(true);
  });
});
