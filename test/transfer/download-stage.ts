// Downloads from an archive of their own, so that tests run side by side: the archive, the downloader, what is asked, and what became of it.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test as plain } from 'vitest';
import { createDownloader, type Downloader, type DownloadRequest } from '../../src/transfer/http-download.ts';
import { startArchive, type Archive } from '../fakes/archive.ts';

export const sizeBytes = 3_000_000;
export const bytes = randomBytes(sizeBytes);
export const hashOf = (data: Buffer) => createHash('sha256').update(data).digest('hex');
export const sha256 = hashOf(bytes);
const settings = { perHost: 2, total: 3, stallSeconds: 1.5, connectSeconds: 1.5 };

export const base = mkdtempSync(join(tmpdir(), 'longtake-download-'));
/** What the archive serves unless told otherwise. */
export const file = join(base, 'segment.flv');
let runs = 0;
writeFileSync(file, bytes);
afterAll(() => rmSync(base, { recursive: true, force: true }));

export const newPath = () => join(base, `partial-${(runs += 1)}`);

interface Stage {
  archive: Archive;
  downloader: Downloader;
  ask(over?: Partial<DownloadRequest>): DownloadRequest;
  /** Runs a download that must fail and gives its fault. */
  failing(
    request: DownloadRequest,
  ): Promise<{ type: string; message: string; details: Record<string, unknown> }>;
}

export const test = plain.extend<Stage>({
  archive: async ({ task: _ }, use) => {
    const archive = await startArchive();
    await use(archive);
    await archive.close();
  },
  downloader: async ({ task: _ }, use) => {
    const downloader = createDownloader(settings);
    await use(downloader);
    await downloader.close();
  },
  ask: async ({ archive }, use) => {
    await use((over = {}) => {
      const url = over.url ?? archive.serve('/cam/a.flv', file);
      return { url, toPath: newPath(), signal: AbortSignal.timeout(20_000), ...over };
    });
  },
  failing: async ({ downloader }, use) => {
    await use((request) =>
      downloader.download(request).then(
        () => {
          throw new Error('The download should have failed.');
        },
        (error: unknown) => error as { type: string; message: string; details: Record<string, unknown> },
      ),
    );
  },
});

export async function expectWhole(path: string) {
  expect(hashOf(await readFile(path))).toBe(sha256);
  await expect(stat(`${path}.resume.json`)).rejects.toThrow();
}
