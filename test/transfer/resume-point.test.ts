// What a partial is worth to its next owner: all of it while the machine runs on, nothing once its last writes may have been lost.
import { createHash, randomBytes } from 'node:crypto';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDownloader, type Downloader, type DownloadRequest } from '../../src/transfer/http-download.ts';
import { readResumePoint, writeResumeNote } from '../../src/transfer/resume-point.ts';
import { startArchive, type Archive } from '../fakes/archive.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';

const bytes = randomBytes(2_000_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');

let dir: TempDir;
let archive: Archive;
let downloader: Downloader;
let request: DownloadRequest;

beforeEach(async () => {
  dir = await tempDir();
  archive = await startArchive();
  downloader = createDownloader({ perHost: 1, total: 1, stallSeconds: 5, connectSeconds: 5 });
  const file = join(dir.path, 'a.flv');
  await writeFile(file, bytes);
  const url = archive.serve('/a.flv', file);
  request = { url, toPath: join(dir.path, 'body'), signal: AbortSignal.timeout(20_000) };
  archive.script('/a.flv', { do: 'closeAfter', bytes: 1_500_000 });
  await expect(downloader.download(request)).rejects.toMatchObject({ type: 'SourceUnreachable' });
});

afterEach(async () => {
  await downloader.close();
  await archive.close();
  await dir.remove();
});

const goOn = async () => downloader.download({ ...request, resume: await readResumePoint(request.toPath) });

/** As after a loss of power: the note is of a kernel that is gone. */
async function startMachineAnew(): Promise<void> {
  const note = `${request.toPath}.resume.json`;
  const { bootId, ...known } = JSON.parse(await readFile(note, 'utf8')) as Record<string, unknown>;
  expect(bootId).toMatch(/^[0-9a-f-]{36}$/);
  await writeFile(note, JSON.stringify({ ...known, bootId: 'of-the-kernel-before' }));
}

it('is gone on with while the machine runs', async () => {
  expect(await goOn()).toMatchObject({ resumedFromBytes: 1_500_000, sha256 });
});

it('is fetched anew once the machine has started anew, though its length is there', async () => {
  // What a file system may leave of writes that had not reached the disk: the length, and zeros.
  const body = await open(request.toPath, 'r+');
  await body.write(Buffer.alloc(100_000), 0, 100_000, 1_000_000);
  await body.close();
  await startMachineAnew();
  expect(await goOn()).toMatchObject({ resumedFromBytes: 0, sizeBytes: bytes.length, sha256 });
  expect((await readFile(request.toPath)).equals(bytes)).toBe(true);
});

it('is fetched anew where its note does not say on which machine it was written', async () => {
  await writeFile(`${request.toPath}.resume.json`, JSON.stringify({ totalBytes: bytes.length }));
  expect(await readResumePoint(request.toPath)).toBeUndefined();
  await writeResumeNote(request.toPath, { totalBytes: bytes.length });
  expect(await readResumePoint(request.toPath)).toEqual({ bytes: 1_500_000, totalBytes: bytes.length });
});
