import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BackupPart, clipBackup } from '../../../src/media/lecture/backup.ts';
import { backupEntries } from '../../../src/media/lecture/backup-entries.ts';
import { ffprobeTimes, remuxClips } from '../../fakes/clips.ts';
import { neverAborted, numberedClip, readNumbers, scanner, scratch } from '../media-kit.ts';
import { deps, make } from './compose-kit.ts';

let place: Awaited<ReturnType<typeof scratch>>;
/** Twelve seconds, numbered from 0, a key frame every three; as MP4, FLV and MPEG-TS. */
let clips: Record<'mp4' | 'flv' | 'mpegts', { path: string; begins: number }>;

beforeAll(async () => {
  place = await scratch();
  const { dir } = place;
  const mp4 = await numberedClip({
    dir,
    name: 'clip',
    container: 'mp4',
    seconds: 12,
    gopFrames: 75,
    bFrames: 2,
  });
  const copies = (['flv', 'mpegts'] as const).map((container) => ({ container, name: 'clip' }));
  const [flv, mpegts] = await remuxClips({ from: mp4, dir, copies });
  const known = async (path: string) => ({
    path,
    begins: (await ffprobeTimes(path)).find((pts) => pts > -0.001)!,
  });
  clips = { mp4: await known(mp4), flv: await known(flv!), mpegts: await known(mpegts!) };
});
afterAll(async () => {
  await scanner.close();
  await place.remove();
});

/** The clip so that its picture n stands at `atSeconds` + n / 25. */
const part = (container: keyof typeof clips, atSeconds: number): BackupPart => ({
  path: clips[container].path,
  container,
  shiftSeconds: atSeconds - clips[container].begins,
});

const clip = (name: string, spec: { parts: readonly BackupPart[]; lengthSeconds: number }) =>
  clipBackup(deps, {
    ...spec,
    outPath: join(place.dir, `${name}.mp4`),
    workDir: join(place.dir, 'work'),
    stallSeconds: 120,
    signal: neverAborted,
  });

const shown = (name: string) => readNumbers(join(place.dir, `${name}.mp4`));

describe('a backup', () => {
  it.each(['mp4', 'flv', 'mpegts'] as const)(
    'of %s begins with the picture of the first moment and ends with the last, copied',
    async (container) => {
      await clip(container, { parts: [part(container, -4.4), part(container, 7.6)], lengthSeconds: 14 });
      const frames = await shown(container);
      expect(frames[0]).toEqual({ ptsSeconds: 0, number: 110 });
      for (const { ptsSeconds, number } of frames) {
        const wanted = ptsSeconds < 7.59 ? ptsSeconds + 4.4 : ptsSeconds - 7.6;
        expect(Math.abs(number / 25 - wanted), `picture ${number} at ${ptsSeconds}`).toBeLessThan(0.04);
      }
      // The last may be followed by pictures that it needs.
      expect(frames.length).toBeGreaterThanOrEqual(14 * 25 - 1);
      expect(frames.length).toBeLessThanOrEqual(14 * 25 + 3);
    },
  );

  it('shows a slate where nothing was recorded, and leaves out what cannot be used, by name', async () => {
    const empty = join(place.dir, 'empty.mp4');
    await writeFile(empty, '');
    const small = join(place.dir, 'small.mp4');
    await make(['-f', 'lavfi', '-i', 'testsrc2=s=64x48:d=4', '-c:v', 'libx264', small]);
    const others = [empty, small].map((path): BackupPart => ({ path, container: 'mp4', shiftSeconds: 20 }));
    const { damaged, unlike } = await clip('holed', {
      parts: [part('mp4', 3), ...others, part('mp4', 25)],
      lengthSeconds: 40,
    });
    expect({ damaged, unlike }).toEqual({ damaged: [empty], unlike: [small] });
    const frames = await shown('holed');
    const at = (seconds: number): number =>
      frames.findLast(({ ptsSeconds }) => ptsSeconds < seconds + 0.001)!.number;
    expect([at(1), at(4), at(14), at(20), at(26), at(36.9)]).toEqual([0, 25, 275, 0, 25, 297]);
    expect(frames.at(-1)!.ptsSeconds).toBeGreaterThan(38);
    expect(frames.at(-1)!.ptsSeconds).toBeLessThan(40.001);
  });

  it('lives without a file that is damaged inside', async () => {
    const damaged = join(place.dir, 'damaged.mp4');
    const bytes = await readFile(part('mp4', 0).path);
    const from = bytes.indexOf('mdat') + 4;
    for (let at = from + 1000; at < bytes.length - 4096; at++) bytes[at] = (at * 2654435761) & 0xff;
    await writeFile(damaged, bytes);
    const parts = [part('mp4', 0), { ...part('mp4', 12), path: damaged }, part('mp4', 24)];
    const found = await clip('damaged', { parts, lengthSeconds: 36 });
    expect(found).toMatchObject({ damaged: [damaged], unlike: [] });
    const frames = await shown('damaged');
    expect(frames.findLast(({ ptsSeconds }) => ptsSeconds < 30.001)!.number).toBe(150);
  });

  it('of nothing that can be used is refused', async () => {
    const parts: BackupPart[] = [{ path: join(place.dir, 'gone.mp4'), container: 'mp4', shiftSeconds: 0 }];
    await expect(clip('none', { parts, lengthSeconds: 10 })).rejects.toMatchObject({
      type: 'MediaUnreadable',
    });
    await expect(clip('none', { parts: [part('mp4', 60)], lengthSeconds: 10 })).rejects.toMatchObject({
      type: 'MediaUnreadable',
    });
  });
});

describe('the entries of a backup', () => {
  const piece = (firstSeconds: number, lastSeconds: number) => ({
    firstSeconds,
    lastSeconds,
    shiftSeconds: firstSeconds,
  });

  it('leave a file where the next one begins, and the last at the end', () => {
    const { entries, startSeconds } = backupEntries([piece(-1, 1800.1), piece(1800, 3700)], 3600);
    expect(startSeconds).toBe(-1);
    expect(entries).toMatchObject([
      { segmentIndex: 0, outPtsSeconds: 1801, durationSeconds: 1801 },
      { segmentIndex: 1, outPtsSeconds: 1800, durationSeconds: 1800 },
    ]);
  });

  it('fill what is missing at the beginning, between files and at the end', () => {
    const { entries, startSeconds } = backupEntries([piece(5, 10), piece(20, 30)], 60);
    expect(startSeconds).toBe(0);
    expect(entries.map(({ kind }) => kind)).toEqual(['slate', 'file', 'slate', 'file', 'slate']);
    expect(entries.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0)).toBeCloseTo(60, 6);
  });

  it('keep a short hole as it is', () => {
    const { entries } = backupEntries([piece(0.5, 10), piece(11, 20)], 20);
    expect(entries.map(({ kind }) => kind)).toEqual(['file', 'file']);
    expect(entries[0]!.durationSeconds).toBe(10.5);
  });
});
