import { once } from 'node:events';
import { stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { DownloadRequest } from '../../src/transfer/http-download.ts';
import { readResumePoint } from '../../src/transfer/resume-point.ts';
import type { ArchiveStep } from '../fakes/archive.ts';
import {
  base,
  bytes,
  expectWhole,
  file,
  hashOf,
  newPath,
  sha256,
  sizeBytes,
  test,
} from './download-stage.ts';

describe('a download', () => {
  test('lands on disk whole, hashed, with what the source said about it', async ({ downloader, ask }) => {
    const request = ask({ onBytes: (written) => seen.push(written) });
    const seen: number[] = [];
    const result = await downloader.download(request);
    expect(result).toMatchObject({ sizeBytes, sha256, complete: true, status: 200, resumedFromBytes: 0 });
    expect(result.etag).toMatch(/^"/);
    expect(Date.now() - Date.parse(result.serverDate ?? '')).toBeLessThan(5000);
    expect(seen.at(-1)).toBe(sizeBytes);
    await expectWhole(request.toPath);
  });

  test('replaces what lay at the path before', async ({ downloader, ask }) => {
    const request = ask();
    await writeFile(request.toPath, Buffer.alloc(sizeBytes + 100));
    await downloader.download(request);
    await expectWhole(request.toPath);
  });

  test.for<[string, ArchiveStep, boolean]>([
    ['in chunks', { do: 'chunked' }, true],
    ['without any length', { do: 'noLength' }, false],
  ])('of a file sent %s is complete: %s', async ([, step, complete], { archive, downloader, ask }) => {
    const request = ask();
    archive.script('/cam/a.flv', step);
    expect(await downloader.download(request)).toMatchObject({ complete, sha256 });
  });

  test('an HTML page with status 200 is delivered as it is and named by its type', async ({
    archive,
    downloader,
    ask,
  }) => {
    const request = ask();
    archive.script('/cam/a.flv', { do: 'html' });
    expect((await downloader.download(request)).contentType).toBe('text/html');
  });

  test('an empty file has size 0', async ({ archive, downloader, ask }) => {
    const empty = join(base, 'empty');
    await writeFile(empty, '');
    const result = await downloader.download(ask({ url: archive.serve('/empty', empty) }));
    expect(result).toMatchObject({ sizeBytes: 0, sha256: hashOf(Buffer.alloc(0)), complete: true });
  });

  test('more bytes than allowed are refused', async ({ ask, failing }) => {
    expect((await failing(ask({ maxBytes: 1_000_000 }))).type).toBe('MediaUnreadable');
  });
});

describe('a source that refuses', () => {
  test.for<[number, string]>([
    [400, 'InputInvalid'],
    [401, 'AuthRejected'],
    [403, 'AuthRejected'],
    [404, 'SourceMissing'],
    [410, 'SourceMissing'],
    [429, 'SourceBusy'],
    [500, 'SourceUnreachable'],
    [502, 'SourceUnreachable'],
    [503, 'SourceBusy'],
  ])('with status %d is %s', async ([status, type], { archive, ask, failing }) => {
    const request = ask();
    archive.script('/cam/a.flv', { do: 'status', status });
    expect(await failing(request)).toMatchObject({ type, details: { status } });
    await expect(stat(request.toPath)).rejects.toThrow();
  });

  test.for<[string, number | undefined]>([
    ['7', 7],
    ['999999', 900],
    [new Date(Date.now() + 60_000).toUTCString(), 60],
    ['soon', undefined],
  ])('its Retry-After %s is %s s', async ([value, seconds], { archive, ask, failing }) => {
    const request = ask();
    archive.script('/cam/a.flv', { do: 'status', status: 503, headers: { 'retry-after': value } });
    const wait = (await failing(request)).details.retryAfterSeconds as number | undefined;
    if (seconds === undefined) expect(wait).toBeUndefined();
    else expect(Math.abs((wait ?? 0) - seconds)).toBeLessThanOrEqual(value.includes('GMT') ? 30 : 0);
  });

  test('that is not there at all is SourceUnreachable', async ({ ask, failing }) => {
    const closed = createServer();
    await once(closed.listen(0, '127.0.0.1'), 'listening');
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    expect((await failing(ask({ url: `http://127.0.0.1:${port}/x` }))).type).toBe('SourceUnreachable');
  });

  test('whose name does not resolve is SourceUnreachable', async ({ ask, failing }) => {
    expect((await failing(ask({ url: 'http://no-such-host.invalid/x' }))).type).toBe('SourceUnreachable');
  });

  test('that speaks no HTTP is SourceUnreachable', async ({ ask, failing }) => {
    const gibberish = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('SSH-2.0-OpenSSH_9.2\r\n');
    });
    await once(gibberish.listen(0, '127.0.0.1'), 'listening');
    const { port } = gibberish.address() as AddressInfo;
    expect((await failing(ask({ url: `http://127.0.0.1:${port}/x` }))).type).toBe('SourceUnreachable');
    gibberish.close();
  });

  test('no message holds the password or a token of the URL', async ({ archive, ask, failing }) => {
    archive.protect({ scheme: 'basic', user: 'viewer', password: 'right' });
    const url = `${archive.url}/cam/a.flv?token=canary-token`.replace('//', '//viewer:canary-pass@');
    const fault = await failing(ask({ url }));
    expect(fault.type).toBe('AuthRejected');
    expect(JSON.stringify([fault.message, fault.details])).not.toContain('canary-pass');
  });
});

describe('a source that breaks off', () => {
  test.for<[string, ArchiveStep]>([
    // A reset also takes bytes with it that had come but were not yet read.
    ['a reset', { do: 'resetAfter', bytes: 1_234_567 }],
    ['an early end', { do: 'closeAfter', bytes: 1_234_567 }],
  ])(
    'by %s leaves a partial that the next owner completes',
    async ([, step], { archive, downloader, ask, failing }) => {
      const request = ask();
      archive.script('/cam/a.flv', step);
      const fault = await failing(request);
      expect(fault.type).toBe('SourceUnreachable');
      const receivedBytes = fault.details.receivedBytes as number;
      if (step.do === 'closeAfter') expect(receivedBytes).toBe(1_234_567);
      const resume = await readResumePoint(request.toPath);
      expect(resume).toMatchObject({ bytes: receivedBytes, totalBytes: sizeBytes });
      const result = await downloader.download({ ...request, resume });
      expect(result).toMatchObject({ status: 206, sha256, sizeBytes, resumedFromBytes: receivedBytes });
      expect(archive.requests.at(-1)?.headers).toMatchObject({
        range: `bytes=${receivedBytes}-`,
        'if-range': resume?.etag,
      });
      await expectWhole(request.toPath);
    },
  );

  test('before the first byte can be asked again', async ({ archive, downloader, ask, failing }) => {
    const request = ask();
    archive.script('/cam/a.flv', { do: 'resetAfter', bytes: 0 });
    expect((await failing(request)).type).toBe('SourceUnreachable');
    const resume = await readResumePoint(request.toPath);
    expect(resume).toBeUndefined();
    expect(await downloader.download({ ...request, resume })).toMatchObject({ sha256 });
  });

  test('with a length longer than the file is completed by the answer 416', async ({
    archive,
    downloader,
    ask,
    failing,
  }) => {
    const request = ask();
    archive.script('/cam/a.flv', { do: 'contentLength', bytes: sizeBytes + 10 });
    expect((await failing(request)).type).toBe('SourceUnreachable');
    const noted = await readResumePoint(request.toPath);
    expect(noted?.bytes).toBe(sizeBytes);
    // The wrong total was noted, so the partial is not trusted and the file comes anew.
    expect(await downloader.download({ ...request, resume: noted })).toMatchObject({ sha256, sizeBytes });
  });

  test('a length shorter than the file ends there', async ({ archive, downloader, ask }) => {
    const request = ask();
    archive.script('/cam/a.flv', { do: 'contentLength', bytes: 1000 });
    expect((await downloader.download(request)).sizeBytes).toBe(1000);
  });
});

describe('a resumed download', () => {
  const keep = 1_000_000;

  async function partial(request: DownloadRequest) {
    await writeFile(request.toPath, bytes.subarray(0, keep));
    return request;
  }

  test('of a partial that is already whole asks once and hashes it', async ({ downloader, ask }) => {
    const request = ask();
    await writeFile(request.toPath, bytes);
    const { etag = '' } = await downloader.download(ask());
    const resume = { bytes: sizeBytes, etag, totalBytes: sizeBytes };
    expect(await downloader.download({ ...request, resume })).toMatchObject({
      status: 416,
      sha256,
      complete: true,
    });
  });

  test('begins anew when the file has changed since', async ({ downloader, ask }) => {
    const request = await partial(ask());
    const resume = { bytes: keep, etag: '"of yesterday"' };
    expect(await downloader.download({ ...request, resume })).toMatchObject({ status: 200, sha256 });
  });

  test('begins anew when the source ignores Range', async ({ archive, downloader, ask }) => {
    const request = await partial(ask({ url: archive.serve('/cam/b.flv', file, { etag: '"b"' }) }));
    archive.script('/cam/b.flv', { do: 'ignoreRange' });
    const resume = { bytes: keep, etag: '"b"' };
    expect(await downloader.download({ ...request, resume })).toMatchObject({ status: 200, sha256 });
  });

  test('begins anew when the source goes on with another file', async ({ archive, downloader, ask }) => {
    const request = await partial(ask());
    archive.script('/cam/a.flv', { do: 'ignoreIfRange', etag: '"another"' });
    const result = await downloader.download({ ...request, resume: { bytes: keep, etag: '"first"' } });
    expect(result).toMatchObject({ status: 200, sha256 });
    expect(archive.requests).toHaveLength(2);
  });

  test('without any validator trusts an equal total alone', async ({ archive, downloader, ask }) => {
    const url = archive.serve('/cam/c.flv', file, { etag: null });
    const same = await partial(ask({ url }));
    const resume = { bytes: keep, totalBytes: sizeBytes };
    expect(await downloader.download({ ...same, resume })).toMatchObject({ status: 206, sha256 });
    const other = await partial(ask({ url }));
    const stale = { bytes: keep, totalBytes: sizeBytes - 1 };
    expect(await downloader.download({ ...other, resume: stale })).toMatchObject({ status: 200, sha256 });
  });

  test('uses Last-Modified where there is no ETag', async ({ archive, downloader, ask }) => {
    const url = archive.serve('/cam/d.flv', file, { etag: null, lastModified: true });
    const { lastModified = '' } = await downloader.download(ask({ url }));
    const request = await partial(ask({ url }));
    const result = await downloader.download({ ...request, resume: { bytes: keep, lastModified } });
    expect(result).toMatchObject({ status: 206, sha256 });
  });

  test('counts no more than what is really there, and no more than was noted', async ({
    downloader,
    ask,
  }) => {
    const { etag = '' } = await downloader.download(ask());
    const shorter = await partial(ask());
    const lost = await downloader.download({ ...shorter, resume: { bytes: keep + 500, etag } });
    expect(lost).toMatchObject({ resumedFromBytes: keep, sha256 });
    const longer = await partial(ask());
    const clipped = await downloader.download({ ...longer, resume: { bytes: 10, etag } });
    expect(clipped).toMatchObject({ resumedFromBytes: 10, sha256 });
  });
});

// Those that wait for an end; to the others a moment in which no bytes come is a stall.
describe.concurrent('a source without progress', () => {
  test.for<[string, ArchiveStep]>([
    ['falls silent in the middle', { do: 'silentAfter', bytes: 500_000 }],
    ['drips a byte a second', { do: 'drip', bytesPerSecond: 1 }],
    ['falls silent after its headers', { do: 'silentAfter', bytes: 0 }],
  ])('that %s is SourceStalled', async ([, step], { archive, ask, failing }) => {
    const request = ask();
    archive.script('/cam/a.flv', step);
    const startMs = performance.now();
    const fault = await failing(request);
    expect(fault.type).toBe('SourceStalled');
    expect(performance.now() - startMs).toBeLessThan(5000);
    if (step.do === 'silentAfter') expect((await stat(request.toPath)).size).toBe(step.bytes);
  });

  test('that never answers is SourceUnreachable', async ({ archive, ask, failing }) => {
    const request = ask();
    archive.script('/cam/a.flv', { do: 'hang' });
    expect(await failing(request)).toMatchObject({ type: 'SourceUnreachable' });
    expect(archive.openConnections()).toBeLessThanOrEqual(1);
  });

  test(
    'slow but alive tells its bytes at least every second or two',
    { concurrent: false },
    async ({ archive, downloader, ask }) => {
      const slow = join(base, 'slow');
      await writeFile(slow, bytes.subarray(0, 75_000));
      const url = archive.serve('/slow', slow);
      archive.script('/slow', { do: 'drip', bytesPerSecond: 25_000 });
      const steps: number[] = [];
      await downloader.download(ask({ url, onBytes: (written) => steps.push(written) }));
      expect(steps.filter((written) => written > 0 && written < 75_000).length).toBeGreaterThanOrEqual(1);
      expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    },
  );

  test('slow but alive is waited for', { concurrent: false }, async ({ archive, downloader, ask }) => {
    const small = join(base, 'small');
    await writeFile(small, bytes.subarray(0, 60_000));
    const url = archive.serve('/small', small);
    archive.script('/small', { do: 'drip', bytesPerSecond: 30_000 });
    expect((await downloader.download(ask({ url }))).sizeBytes).toBe(60_000);
  });
});

describe('cancelling', () => {
  test('in the middle rejects with the reason, keeps the partial and frees the connection', async ({
    archive,
    downloader,
    ask,
  }) => {
    const controller = new AbortController();
    const reason = new Error('paused');
    const request = ask({ signal: controller.signal, onBytes: () => controller.abort(reason) });
    archive.script('/cam/a.flv', { do: 'silentAfter', bytes: 2_000_000 });
    await expect(downloader.download(request)).rejects.toBe(reason);
    await expect.poll(() => archive.openConnections()).toBe(0);
    expect((await readResumePoint(request.toPath))?.bytes).toBeGreaterThan(0);
  });

  test('before the start sends nothing', async ({ archive, downloader, ask }) => {
    const request = ask({ signal: AbortSignal.abort(new Error('never')) });
    await expect(downloader.download(request)).rejects.toThrow('never');
    expect(archive.requests).toHaveLength(0);
  });
});

describe('the connection limits', () => {
  test('hold the third download to a host back, tell that it waits, and let it go after', async ({
    archive,
    downloader,
    ask,
  }) => {
    archive.always('/cam/a.flv', { do: 'drip', bytesPerSecond: 5_000_000 });
    let waits = 0;
    const onWaiting = () => void (waits += 1);
    const all = await Promise.all([1, 2, 3].map(() => downloader.download(ask({ onWaiting }))));
    expect(all.every((result) => result.sha256 === sha256)).toBe(true);
    expect(waits).toBeGreaterThanOrEqual(1);
  });

  test('are given back after failures, and waiting can be cancelled', async ({
    archive,
    downloader,
    ask,
    failing,
  }) => {
    archive.script('/cam/a.flv', { do: 'hang' }, { do: 'hang' });
    const hanging = [failing(ask()), failing(ask())];
    const controller = new AbortController();
    const waiting = downloader.download(
      ask({ signal: controller.signal, onWaiting: () => controller.abort(new Error('enough')) }),
    );
    await expect(waiting).rejects.toThrow('enough');
    await Promise.all(hanging);
    expect(await downloader.download(ask())).toMatchObject({ sha256 });
    expect(await downloader.download(ask())).toMatchObject({ sha256 });
  });
});

describe('the disk', () => {
  test('that has no such directory is StorageFault', async ({ ask, failing }) => {
    expect((await failing(ask({ toPath: join(base, 'none', 'x') }))).type).toBe('StorageFault');
  });

  test('that is full is DiskFull', async ({ ask, failing }) => {
    const toPath = newPath();
    await symlink('/dev/full', toPath);
    expect((await failing(ask({ toPath }))).type).toBe('DiskFull');
  });
});

describe('the clock of a source', () => {
  test.for([3600, -90, 0])('%d s away is told to a second', async (seconds, { archive, downloader }) => {
    archive.setClockOffset(seconds);
    const url = archive.serve('/cam/a.flv', file);
    const offset = await downloader.clockOffset({ url, signal: AbortSignal.timeout(5000) });
    expect(Math.abs((offset ?? Number.NaN) - seconds)).toBeLessThan(1);
  });

  test('that tells none is null', async ({ archive, downloader }) => {
    archive.setClockOffset(null);
    expect(await downloader.clockOffset({ url: archive.url, signal: AbortSignal.timeout(5000) })).toBeNull();
  });
});
