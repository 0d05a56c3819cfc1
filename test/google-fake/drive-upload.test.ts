// Uploads to the stand-in: sessions, what they keep, how they end, and ids that make a repeat harmless.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGoogle, type GoogleFake } from '../fakes/google/server.ts';
import { eventually } from '../setup/eventually.ts';
import {
  askAs,
  askSession,
  bytesOf,
  kib,
  messageOf,
  putPiece,
  reasonOf,
  startUpload,
  type Ask,
} from './calls.ts';

const email = 'robot@school.test';
let fake: GoogleFake;
let ask: Ask;

beforeEach(async () => {
  fake = await startGoogle();
  fake.accounts.addPerson(email);
  ask = askAs(fake, fake.token(email));
});
afterEach(() => fake.close());

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function session(metadata: unknown, sizeBytes: number): Promise<string> {
  const started = await startUpload(ask, metadata, sizeBytes);
  expect(started.status).toBe(200);
  return started.headers.get('location')!;
}

async function freshId(): Promise<string> {
  const { json } = await ask('/drive/v3/files/generateIds', { query: { count: '1' } });
  return (json.ids as string[])[0]!;
}

describe('a resumable upload', () => {
  it('takes pieces and answers 308 with what it has, then the file with its checksums', async () => {
    const bytes = bytesOf(kib(700));
    const address = await session({ name: 'a.mp4' }, bytes.length);
    const piece = await putPiece({ address, bytes, start: 0, end: kib(512) });
    expect([piece.status, piece.headers.get('range')]).toEqual([308, `bytes=0-${kib(512) - 1}`]);
    expect(fake.files()).toEqual([]);
    const done = await putPiece({ address, bytes, start: kib(512), end: bytes.length });
    expect(done.status).toBe(200);
    expect(done.json).toMatchObject({
      name: 'a.mp4',
      size: String(bytes.length),
      md5Checksum: createHash('md5').update(bytes).digest('hex'),
      sha256Checksum: sha256(bytes),
    });
    expect(fake.files()).toMatchObject([{ name: 'a.mp4', mimeType: 'video/mp4', sha256: sha256(bytes) }]);
    expect(fake.journal.uploadedBytes).toBe(bytes.length);
  });

  it('answers the file again to those who ask after the end', async () => {
    const bytes = bytesOf(1000);
    const address = await session({ name: 'a' }, bytes.length);
    const done = await putPiece({ address, bytes, start: 0, end: 1000 });
    const asked = await askSession(address, 1000);
    expect([asked.status, asked.json.id]).toEqual([200, done.json.id]);
    expect(fake.files()).toHaveLength(1);
  });

  it('has no Range header while it has nothing', async () => {
    const asked = await askSession(await session({ name: 'a' }, 1000), 1000);
    expect([asked.status, asked.headers.get('range')]).toEqual([308, null]);
  });

  it('refuses a piece of less than 256 KiB that is not the last', async () => {
    const bytes = bytesOf(kib(600));
    const address = await session({ name: 'a' }, bytes.length);
    const refused = await putPiece({ address, bytes, start: 0, end: 1000 });
    expect([refused.status, messageOf(refused)]).toEqual([
      400,
      expect.stringContaining('equal or greater than 262144'),
    ]);
  });

  it('keeps whole multiples of 256 KiB of a piece that is none', async () => {
    const bytes = bytesOf(kib(900));
    const address = await session({ name: 'a' }, bytes.length);
    const piece = await putPiece({ address, bytes, start: 0, end: kib(300) });
    expect(piece.headers.get('range')).toBe(`bytes=0-${kib(256) - 1}`);
  });

  it('refuses to go on behind what it has', async () => {
    const bytes = bytesOf(kib(1024));
    const address = await session({ name: 'a' }, bytes.length);
    await putPiece({ address, bytes, start: 0, end: kib(256) });
    expect((await putPiece({ address, bytes, start: kib(512), end: kib(1024) })).status).toBe(400);
  });

  it('keeps less than was sent when the script says so, and a client that believes its own count is refused', async () => {
    const bytes = bytesOf(kib(1024));
    const address = await session({ name: 'a' }, bytes.length);
    fake.script([{ on: { api: 'drive.upload.put' }, do: 'commitAtMost', bytes: kib(256) }]);
    const short = await putPiece({ address, bytes, start: 0, end: kib(512) });
    expect(short.headers.get('range')).toBe(`bytes=0-${kib(256) - 1}`);
    expect((await putPiece({ address, bytes, start: kib(512), end: kib(1024) })).status).toBe(400);
    expect((await putPiece({ address, bytes, start: kib(256), end: kib(1024) })).status).toBe(200);
    expect(fake.files()[0]!.sha256).toBe(sha256(bytes));
  });

  it('keeps whole multiples of what came before the line broke, and goes on from there', async () => {
    const bytes = bytesOf(kib(1000));
    const address = await session({ name: 'a' }, bytes.length);
    fake.script([{ on: { api: 'drive.upload.put' }, do: 'cutAfterBytes', bytes: kib(600) }]);
    await expect(putPiece({ address, bytes, start: 0, end: bytes.length })).rejects.toThrow();
    const asked = await askSession(address, bytes.length);
    expect(asked.headers.get('range')).toBe(`bytes=0-${kib(512) - 1}`);
    expect((await putPiece({ address, bytes, start: kib(512), end: bytes.length })).status).toBe(200);
    expect(fake.files()[0]!.sha256).toBe(sha256(bytes));
    expect(fake.journal.of('drive.upload.put').map(({ receivedBytes }) => receivedBytes)).toEqual([
      kib(600),
      kib(488),
    ]);
  });

  it('keeps what came from a client that left', async () => {
    const bytes = bytesOf(kib(1024));
    const address = await session({ name: 'a' }, bytes.length);
    const leaving = new AbortController();
    const pieces = (async function* () {
      yield new Uint8Array(bytes.subarray(0, kib(512)));
      await eventually(() => fake.journal.uploadedBytes === kib(512));
      leaving.abort();
    })();
    const put = fetch(address, {
      method: 'PUT',
      headers: { 'content-range': `bytes 0-${bytes.length - 1}/${bytes.length}` },
      body: ReadableStream.from(pieces),
      duplex: 'half',
      signal: leaving.signal,
    });
    await expect(put).rejects.toThrow();
    const range = (await askSession(address, bytes.length)).headers.get('range');
    expect(range).toBe(`bytes=0-${kib(512) - 1}`);
  });

  it('belongs to the newest of two senders: the older one is cut off, and the bytes are whole', async () => {
    const bytes = bytesOf(kib(1024));
    const address = await session({ name: 'a' }, bytes.length);
    let stop = (): void => undefined;
    const stopped = new Promise<void>((resolve) => (stop = resolve));
    const pieces = (async function* () {
      yield new Uint8Array(bytes.subarray(0, kib(512)));
      await stopped;
    })();
    const older = expect(
      fetch(address, {
        method: 'PUT',
        headers: { 'content-range': `bytes 0-${bytes.length - 1}/${bytes.length}` },
        body: ReadableStream.from(pieces),
        duplex: 'half',
      }),
    ).rejects.toThrow();
    await eventually(() => fake.journal.uploadedBytes === kib(512));
    expect((await putPiece({ address, bytes, start: kib(256), end: bytes.length })).status).toBe(200);
    await older;
    stop();
    expect(fake.files()).toMatchObject([{ sha256: sha256(bytes) }]);
  });

  it('may end and lose its answer: the session says so to those who ask', async () => {
    const bytes = bytesOf(1000);
    const address = await session({ name: 'a' }, bytes.length);
    fake.script([{ on: { api: 'drive.upload.put' }, do: 'applyThenDrop' }]);
    await expect(putPiece({ address, bytes, start: 0, end: 1000 })).rejects.toThrow();
    expect((await askSession(address, 1000)).status).toBe(200);
    expect(fake.files()).toHaveLength(1);
  });

  it.each([404, 410] as const)('ends with %i when Google forgets it', async (status) => {
    const bytes = bytesOf(kib(512));
    const address = await session({ name: 'a' }, bytes.length);
    fake.expireUploads(status);
    expect((await askSession(address, bytes.length)).status).toBe(status);
    expect((await putPiece({ address, bytes, start: 0, end: bytes.length })).status).toBe(status);
  });

  it('ends after a week', async () => {
    const address = await session({ name: 'a' }, 1000);
    fake.advance(7 * 24 * 3600 + 1);
    expect((await askSession(address, 1000)).status).toBe(404);
  });

  it('is known by its address alone, and the address stays out of the journal', async () => {
    const bytes = bytesOf(10);
    const address = await session({ name: 'a' }, 10);
    expect((await putPiece({ address, bytes, start: 0, end: 10 })).status).toBe(200);
    const uploadId = new URL(address).searchParams.get('upload_id')!;
    expect(JSON.stringify(fake.journal.entries)).not.toContain(uploadId);
  });

  it('replaces the bytes of a file by PATCH, and not by PUT', async () => {
    const first = await session({ name: 'a' }, 10);
    const { json } = await putPiece({ address: first, bytes: bytesOf(10), start: 0, end: 10 });
    const path = `/upload/drive/v3/files/${String(json.id)}`;
    const query = { uploadType: 'resumable', fields: 'id,size' };
    expect((await ask(path, { method: 'PUT', body: {}, query })).status).toBe(404);
    const started = await ask(path, { method: 'PATCH', body: {}, query });
    const address = started.headers.get('location')!;
    const done = await putPiece({ address, bytes: bytesOf(20), start: 0, end: 20 });
    expect(done.json).toEqual({ id: json.id, size: '20' });
    expect(fake.files()).toHaveLength(1);
  });

  it('is not started on the path of plain metadata', async () => {
    const query = { uploadType: 'resumable' };
    expect((await ask('/drive/v3/files', { method: 'POST', body: {}, query })).status).toBe(400);
  });
});

describe('an id made beforehand', () => {
  it('makes one file: a repeat is refused with 409', async () => {
    const id = await freshId();
    const address = await session({ id, name: 'a' }, 10);
    const done = await putPiece({ address, bytes: bytesOf(10), start: 0, end: 10 });
    expect(done.json.id).toBe(id);
    const again = await startUpload(ask, { id, name: 'a' }, 10);
    expect([again.status, reasonOf(again)]).toEqual([409, 'fileIdInUse']);
    expect(fake.files()).toHaveLength(1);
  });

  it('may be refused at the last byte instead of the first', async () => {
    fake.drive.conflictAt = 'end';
    const id = await freshId();
    const [first, second] = [await session({ id, name: 'a' }, 10), await session({ id, name: 'a' }, 10)];
    expect((await putPiece({ address: first, bytes: bytesOf(10), start: 0, end: 10 })).status).toBe(200);
    expect((await putPiece({ address: second, bytes: bytesOf(10), start: 0, end: 10 })).status).toBe(409);
    expect(fake.files()).toHaveLength(1);
  });

  it('must come from Google', async () => {
    const refused = await startUpload(ask, { id: 'my-own', name: 'a' }, 10);
    expect([refused.status, messageOf(refused)]).toEqual([400, 'The provided file ID is not usable.']);
  });

  it('works for folders, whose repeat is refused too', async () => {
    const body = { id: await freshId(), name: '2026-11-21', mimeType: 'application/vnd.google-apps.folder' };
    expect((await ask('/drive/v3/files', { method: 'POST', body })).status).toBe(200);
    expect((await ask('/drive/v3/files', { method: 'POST', body })).status).toBe(409);
  });
});

describe('room', () => {
  it('is refused to a robot at home and given on a shared drive', async () => {
    const { client_email: robot } = fake.accounts.addRobot('uploader');
    const drive = fake.drive.addSharedDrive('Lectures', { [robot]: 'fileOrganizer' });
    const askRobot = askAs(fake, fake.token(robot));
    const refused = await startUpload(askRobot, { name: 'a' }, 10);
    expect([refused.status, reasonOf(refused), messageOf(refused)]).toEqual([
      403,
      'storageQuotaExceeded',
      expect.stringContaining('Service Accounts do not have storage quota'),
    ]);
    expect((await startUpload(askRobot, { name: 'a', parents: [drive.id] }, 10)).status).toBe(200);
  });

  it('ends where the person has no more', async () => {
    fake.accounts.addPerson('full@school.test', { storageLimitBytes: 100 });
    const refused = await startUpload(askAs(fake, fake.token('full@school.test')), { name: 'a' }, 101);
    expect([refused.status, reasonOf(refused)]).toEqual([403, 'storageQuotaExceeded']);
  });

  it('of one day is 750 GB, and comes back after 24 h', async () => {
    expect(fake.limits.uploadBytesPerDay).toBe(750e9);
    fake.limits.uploadBytesPerDay = 1000;
    const address = await session({ name: 'a' }, 900);
    await putPiece({ address, bytes: bytesOf(900), start: 0, end: 900 });
    const refused = await startUpload(ask, { name: 'b' }, 101);
    expect([refused.status, reasonOf(refused)]).toEqual([403, 'userRateLimitExceeded']);
    fake.advance(24 * 3600 + 1);
    ask = askAs(fake, fake.token(email));
    expect((await startUpload(ask, { name: 'b' }, 101)).status).toBe(200);
  });
});
