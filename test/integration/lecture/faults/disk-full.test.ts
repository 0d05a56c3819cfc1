// Lectures on a disk without space: they wait, publish nothing half-written, and go on.
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failures } from '../../../../src/contract/failures.ts';
import { lectureWorkflowId } from '../../../../src/contract/ids.ts';
import { eventually } from '../../../setup/eventually.ts';
import { tempDir, type TempDir } from '../../../setup/servers.ts';
import { leftoversIn, readFiles } from '../../faults/published.ts';
import { type LectureStack, startLectureStack } from '../lecture-stack.ts';

let dir: TempDir;
let disk: string;
let place: LectureStack;

const noise = { pattern: 'testsrc2', videoFilter: 'noise=alls=100:allf=t', fps: 10 } as const;

/** Leaves so many bytes free; answers how to free the rest. */
async function fill(leaveBytes: number): Promise<() => Promise<void>> {
  const { bavail, bsize } = await statfs(disk);
  const ballast = join(disk, 'ballast');
  await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - leaveBytes)));
  return () => rm(ballast);
}

/** An ffmpeg that joins nothing while the file `hold` is there. */
async function makeHeldFfmpeg(): Promise<string> {
  const path = join(dir.path, 'held-ffmpeg');
  const wait = `while [ -e ${join(dir.path, 'hold')} ]; do sleep 0.05; done`;
  await writeFile(path, `#!/bin/sh\ncase "$*" in *main.mp4*) ${wait} ;; esac\nexec ffmpeg "$@"\n`);
  await chmod(path, 0o755);
  return path;
}

/** Waits until this activity of the lecture has failed for want of space. */
async function heldUp(lectureId: string, activity: string): Promise<void> {
  const lecture = place.stack.client.workflow.getHandle(lectureWorkflowId(lectureId));
  await eventually(
    async () =>
      ((await lecture.describe()).raw.pendingActivities ?? []).some(
        ({ activityType, lastFailure }) =>
          activityType?.name === activity && lastFailure?.applicationFailureInfo?.type === 'DiskFull',
      ),
    { seconds: 300, what: `${activity} without space` },
  );
}

describe.skipIf(process.getuid?.() !== 0)('a disk that is full (needs root, to mount one)', () => {
  const waitedSeconds = failures.DiskFull.retryAfterSeconds ?? 0;

  beforeAll(async () => {
    // The worker runs in this process: what the table says there is what it waits.
    failures.DiskFull.retryAfterSeconds = 2;
    dir = await tempDir();
    disk = join(dir.path, 'disk');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=60m', 'tmpfs', disk]);
    const ffmpeg = await makeHeldFfmpeg();
    place = await startLectureStack({ mediaRoot: join(disk, 'media'), tools: { ffmpeg } });
  });

  afterAll(async () => {
    failures.DiskFull.retryAfterSeconds = waitedSeconds;
    await place[Symbol.asyncDispose]();
    execFileSync('umount', [disk]);
    await dir.remove();
  });

  /** A lecture of two slots of noise; answers what its files measure. */
  const record = async (room: string): Promise<number> => {
    await place.addRoom(room, {}, ['lecturer']);
    const paths = await Promise.all([0, 1].map((slot) => place.record(room, 'lecturer', slot, noise)));
    const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
    return sizes.reduce((sum, size) => sum + size, 0);
  };

  const goesOn = async (room: string, lectureId: string, free: () => Promise<void>): Promise<void> => {
    const published = { lectures: place.stack.media(`lectures/${room}`) };
    expect([...readFiles(published).keys()]).toEqual([]);
    await free();
    expect(await place.end(lectureId)).toMatchObject({ state: 'complete' });
    // Document, video, poster and sheet.
    expect(readFiles(published).size).toBe(4);
    expect(leftoversIn({ work: place.stack.media('.work'), roots: [published.lectures] })).toEqual([]);
  };

  test('while a slot is composed is waited out, and the lecture goes on', async () => {
    const filesBytes = await record('composing');
    const free = await fill(filesBytes + 200_000);
    const lectureId = await place.request('composing', { toSeconds: 17 });
    await heldUp(lectureId, 'composeSlot');
    await goesOn('composing', lectureId, free);
  });

  test('while slots are joined is waited out, and the lecture goes on', async () => {
    await record('joining');
    const hold = join(dir.path, 'hold');
    await writeFile(hold, '');
    const lectureId = await place.request('joining', { toSeconds: 17 });
    const pieces = place.stack.media(`.work/lectures/${lectureId}/@partial`);
    await eventually(async () => (await readdir(pieces)).length === 2, { seconds: 300, what: 'two slots' });
    const free = await fill(0);
    await rm(hold);
    await heldUp(lectureId, 'joinLecture');
    await goesOn('joining', lectureId, free);
  });
});
