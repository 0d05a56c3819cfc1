// Uploads against the stand-in: whatever breaks, one file, byte for byte, and next to nothing sent twice.
import { truncate, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createDrive } from '../../src/google/drive.ts';
import type { UploadSpec } from '../../src/google/drive-types.ts';
import type { FaultStep } from '../fakes/google/faults.ts';
import { granule, openDrive, owner, videosIn, type DriveKit } from './drive-kit.ts';

const it = test.extend<{ kit: DriveKit }>({
  kit: async ({ task: _ }, use) => {
    await using kit = await openDrive();
    await use(kit);
  },
});

const sizeBytes = 7 * granule + 12_345;
const put = { api: 'drive.upload.put' };
const start = { api: 'drive.upload.start' };
const status = { api: 'drive.upload.status' };

/** As Temporal would: again after a fault that is worth it, at most so many times. */
async function uploadPatiently(drive: DriveKit['drive'], spec: UploadSpec) {
  for (let tries = 5; ;) {
    tries -= 1;
    try {
      return await drive.upload(spec);
    } catch (error) {
      const { type } = error as { type?: string };
      if (tries === 0 || !['GoogleTransient', 'QuotaExceeded', 'LeaseLost'].includes(type ?? '')) throw error;
    }
  }
}

function expectOnce({ fake }: DriveKit, spec: UploadSpec): void {
  expect(videosIn(fake)).toMatchObject([
    {
      id: spec.fileId,
      name: spec.name,
      sha256: spec.sha256,
      parentId: spec.folderId,
      appProperties: { ltKey: spec.lectureKey },
    },
  ]);
}

describe.concurrent('an upload', () => {
  it('sends a file once, in pieces, and answers its page', async ({ kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    const told: number[] = [];
    const uploaded = await kit.drive.upload({
      ...spec,
      onProgress: ({ committedBytes }) => told.push(committedBytes),
    });
    expect(uploaded).toEqual({
      fileId: spec.fileId,
      url: `https://drive.google.com/file/d/${spec.fileId}/view?usp=drivesdk`,
    });
    expectOnce(kit, spec);
    expect(kit.fake.journal.uploadedBytes).toBe(sizeBytes);
    expect(kit.fake.journal.of('drive.upload.put')).toHaveLength(8);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(7 * granule);
    expect(await kit.sessions.get(spec.fileId)).toBeUndefined();
  });

  it('sends nothing when it is asked again', async ({ kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    const first = await kit.drive.upload(spec);
    kit.fake.journal.clear();
    expect(await kit.drive.upload(spec)).toEqual(first);
    expect(kit.fake.journal.uploadedBytes).toBe(0);
    expect(kit.fake.journal.of('drive.upload.start')).toHaveLength(0);
  });

  it('takes an empty file', async ({ kit }) => {
    const spec = await kit.lecture({ sizeBytes: 0 });
    await kit.drive.upload(spec);
    expectOnce(kit, spec);
  });

  it.for<[string, FaultStep[]]>([
    ['a line that breaks in a piece', [{ on: put, nth: 3, do: 'cutAfterBytes', bytes: 100_000 }]],
    ['a line that breaks before a piece', [{ on: put, nth: 5, do: 'drop' }]],
    ['a piece kept in part', [{ on: put, nth: 2, do: 'commitAtMost', bytes: 0 }]],
    ['the last answer lost', [{ on: put, nth: 8, do: 'applyThenDrop' }]],
    ['the last answer cut off', [{ on: put, nth: 8, do: 'cutAnswerAfterBytes', bytes: 20 }]],
    ['success told as failure', [{ on: put, nth: 8, do: 'applyThenStatus', status: 503 }]],
    ['a lost answer in the middle', [{ on: put, nth: 6, do: 'applyThenDrop' }]],
    ['503 to a piece', [{ on: put, nth: 4, do: 'error', name: 'backendError' }]],
    ['500 to a piece', [{ on: put, nth: 4, do: 'error', name: 'internalError' }]],
    ['429 with a wait', [{ on: put, nth: 4, do: 'error', name: 'tooManyRequests', retryAfterSeconds: 1 }]],
    ['403 for the rate', [{ on: put, nth: 4, do: 'error', name: 'userRateLimitExceeded' }]],
    ['a full day', [{ on: put, nth: 4, do: 'error', name: 'dailyLimitExceeded' }]],
    ['a lost start', [{ on: start, do: 'applyThenDrop' }]],
    ['a start that fails', [{ on: start, do: 'error', name: 'badGateway' }]],
    ['a 401 to a piece', [{ on: put, nth: 2, do: 'error', name: 'authError' }]],
    [
      'a break, and a question that breaks too',
      [
        { on: put, nth: 7, do: 'applyThenDrop' },
        { on: status, do: 'drop' },
        { on: status, nth: 2, do: 'error', name: 'gatewayTimeout' },
      ],
    ],
    [
      'the last answer lost, and the question’s',
      [
        { on: put, nth: 8, do: 'applyThenDrop' },
        { on: status, do: 'applyThenDrop' },
      ],
    ],
    ['an expired session at its first piece', [{ on: put, do: 'status', status: 404 }]],
    ['a session gone for good', [{ on: put, do: 'status', status: 410 }]],
  ])('comes to one file over %s', async ([, script], { kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    kit.fake.script(script);
    await uploadPatiently(kit.drive, spec);
    expect(kit.fake.unstruckFaults()).toEqual([]);
    expectOnce(kit, spec);
    expect(kit.fake.journal.uploadedBytes).toBeLessThanOrEqual(1.2 * sizeBytes);
    expect(await kit.sessions.get(spec.fileId)).toBeUndefined();
  });

  it('gives up an answer that does not come, and goes on from what arrived', async ({ kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    const hasty = createDrive(kit.connection, { chunkBytes: granule, requestSeconds: 3 });
    kit.fake.script([{ on: put, nth: 3, do: 'applyThenHang' }]);
    await hasty.upload(spec);
    expectOnce(kit, spec);
    expect(kit.fake.journal.uploadedBytes).toBe(sizeBytes);
  });

  it('finishes a session that another call left, beginning with a question', async ({ kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    const stop = new AbortController();
    const onProgress = ({ committedBytes }: { committedBytes: number }) =>
      committedBytes >= 6 * granule && stop.abort(new Error('stopped'));
    await expect(kit.drive.upload({ ...spec, onProgress, signal: stop.signal })).rejects.toThrow('stopped');
    const before = kit.fake.journal.entries.length;
    await kit.drive.upload(spec);
    expect(kit.fake.journal.entries[before]?.api).toBe('drive.upload.status');
    expectOnce(kit, spec);
    expect(kit.fake.journal.uploadedBytes).toBeLessThanOrEqual(sizeBytes + granule);
  });

  it('takes a session that expired overnight for what it is, and begins another', async ({ kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    kit.fake.script([{ on: put, nth: 2, do: 'error', name: 'dailyLimitExceeded' }]);
    await expect(kit.drive.upload(spec)).rejects.toMatchObject({
      type: 'QuotaExceeded',
      details: { retryAfterSeconds: 14_400 },
    });
    kit.fake.expireUploads(410);
    await kit.drive.upload(spec);
    expectOnce(kit, spec);
    expect(kit.fake.journal.uploadedBytes).toBeLessThanOrEqual(1.2 * sizeBytes);
  });

  it('gives up after five sessions that end at once', async ({ kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    kit.fake.script([{ on: put, do: 'status', status: 404, times: Infinity }]);
    await expect(kit.drive.upload(spec)).rejects.toMatchObject({ type: 'GoogleTransient' });
    expect(kit.fake.journal.of('drive.upload.start')).toHaveLength(5);
  });

  it('leaves the file to another process that sends it too', async ({ kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    const both = await Promise.allSettled([
      uploadPatiently(kit.drive, spec),
      uploadPatiently(kit.drive, spec),
    ]);
    expect(both.filter(({ status: state }) => state === 'fulfilled').length).toBeGreaterThan(0);
    await uploadPatiently(kit.drive, spec);
    expectOnce(kit, spec);
  });
});

describe.concurrent('an id that is used already', () => {
  it('is our own file: nothing is sent, at a late refusal too', async ({ kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    kit.fake.drive.conflictAt = 'end';
    const other = kit.drive.upload({ ...spec, sessions: { ...kit.sessions, get: async () => undefined } });
    await other;
    // A reader that does not see the file at first begins a session, and is refused at its last byte.
    kit.fake.script([{ on: { api: 'drive.files.get' }, do: 'status', status: 404 }]);
    await expect(kit.drive.upload(spec)).resolves.toMatchObject({ fileId: spec.fileId });
    expectOnce(kit, spec);
    expect(kit.fake.journal.of('drive.upload.start')).toHaveLength(2);
  });

  it('is refused when other bytes lie there: they are ours, go to the trash, and it takes a new id', async ({
    kit,
  }) => {
    const spec = await kit.lecture({ sizeBytes });
    await kit.drive.upload(spec);
    const changed = await kit.lecture({ sizeBytes });
    await expect(kit.drive.upload({ ...changed, fileId: spec.fileId })).rejects.toMatchObject({
      type: 'TransferFailed',
      details: { needsNewId: true, fileId: spec.fileId },
    });
    expect(videosIn(kit.fake)).toEqual([]);
    await kit.drive.upload(changed);
    expectOnce(kit, changed);
  });

  it('leaves alone what was not uploaded by this lecture', async ({ kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    const { id } = await kit.fake.placeFile({
      name: 'exam.mp4',
      parentId: kit.sharedDriveId,
      bytes: new Uint8Array(sizeBytes),
      mimeType: 'video/mp4',
    });
    await expect(kit.drive.upload({ ...spec, fileId: id })).rejects.toMatchObject({ type: 'TransferFailed' });
    expect(videosIn(kit.fake)).toMatchObject([{ name: 'exam.mp4' }]);
  });

  it.for<[string, (kit: DriveKit, fileId: string) => Promise<unknown>]>([
    ['trashed', ({ drive }, fileId) => drive.trash(fileId)],
    [
      'deleted for good',
      ({ connection }, fileId) => connection.drive.files.delete({ fileId, supportsAllDrives: true }),
    ],
  ])('of a file that somebody %s needs a new one', async ([, remove], { kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    await kit.drive.upload(spec);
    await remove(kit, spec.fileId);
    await expect(kit.drive.upload(spec)).rejects.toMatchObject({
      type: 'GonePermanently',
      details: { needsNewId: true },
    });
  });
});

describe.concurrent('a file that changes under the upload', () => {
  it('is noticed between two pieces, and its session is given up', async ({ kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    const onProgress = ({ committedBytes }: { committedBytes: number }) => {
      if (committedBytes === 3 * granule) void truncate(spec.path, 5 * granule);
    };
    await expect(kit.drive.upload({ ...spec, onProgress })).rejects.toMatchObject({
      type: 'TransferFailed',
      details: { localFileChanged: true },
    });
    expect(await kit.sessions.get(spec.fileId)).toBeUndefined();
    expect(videosIn(kit.fake)).toEqual([]);
  });

  it('does not become the published one when it only has the size', async ({ kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    await writeFile(spec.path, new Uint8Array(sizeBytes));
    await expect(kit.drive.upload(spec)).rejects.toMatchObject({
      type: 'TransferFailed',
      details: { localFileChanged: true, needsNewId: true },
    });
    expect(videosIn(kit.fake)).toEqual([]);
  });

  it('is refused before a byte is sent when it has another size or is gone', async ({ kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    await expect(kit.drive.upload({ ...spec, sizeBytes: 7 })).rejects.toMatchObject({
      type: 'TransferFailed',
    });
    await expect(kit.drive.upload({ ...spec, path: `${spec.path}.no` })).rejects.toMatchObject({
      type: 'NotFound',
    });
    expect(kit.fake.journal.of('drive.upload.start')).toEqual([]);
  });
});

describe.concurrent('a refusal', () => {
  it.for([
    ['storageQuotaExceeded', 'QuotaExceeded', /storageQuotaExceeded/],
    ['serviceAccountQuota', 'QuotaExceeded', /shared drive, or google\.subject/],
    ['numChildrenInNonRootLimitExceeded', 'QuotaExceeded', /children/],
    ['domainPolicy', 'AuthRejected', /administrator/],
    ['accessNotConfigured', 'AuthRejected', /Enable this API/],
  ] as const)('%s at the start is %s', async ([name, type, message], { kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    kit.fake.script([{ on: start, do: 'error', name }]);
    await expect(kit.drive.upload(spec)).rejects.toMatchObject({
      type,
      message: expect.stringMatching(message) as string,
    });
  });

  it('of a person’s full Drive is Drive’s own', async ({ kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    kit.fake.accounts.addPerson(owner, { storageLimitBytes: sizeBytes - 1 });
    await expect(kit.drive.upload({ ...spec, folderId: 'root' })).rejects.toMatchObject({
      type: 'QuotaExceeded',
      details: { reason: 'storageQuotaExceeded' },
    });
  });

  it('of the whole account ends the upload at its next piece, and says how to sign in again', async ({
    kit,
  }) => {
    const spec = await kit.lecture({ sizeBytes });
    const onProgress = ({ committedBytes }: { committedBytes: number }) => {
      if (committedBytes === 2 * granule) kit.fake.accounts.revoke(kit.refreshToken);
    };
    kit.fake.script([
      { on: put, nth: 3, do: 'error', name: 'authError' },
      { on: status, do: 'error', name: 'authError' },
    ]);
    await expect(kit.drive.upload({ ...spec, onProgress })).rejects.toMatchObject({
      type: 'AuthRejected',
      details: { reason: 'invalid_grant' },
      message: expect.stringContaining('longtake google login') as string,
    });
  });

  it('never holds the address of the session or a token', async ({ kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    const path = '/upload/drive/v3/files?upload_id=SECRET-1&fields=id with ya29.SECRET-2';
    const body = { error: { code: 403, message: `Forbidden ${path}`, errors: [{ reason: 'forbidden' }] } };
    kit.fake.script([{ on: put, do: 'status', status: 403, body }]);
    const fault = (await kit.drive.upload(spec).catch((error: unknown) => error)) as Error;
    const { sessionUrl } = (await kit.sessions.get(spec.fileId))!;
    const uploadId = new URL(sessionUrl).searchParams.get('upload_id')!;
    const shown = JSON.stringify({
      ...fault,
      message: fault.message,
      stack: fault.stack,
      cause: fault.cause,
    });
    expect(fault).toMatchObject({ type: 'AuthRejected' });
    expect(shown).toContain('forbidden');
    expect(shown).not.toContain(uploadId);
    expect(shown).not.toContain('SECRET');
  });
});

describe.concurrent('new bytes under the same id', () => {
  it('replace the old ones once, over a lost answer too', async ({ kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    await kit.drive.upload(spec);
    const { path, sha256 } = await kit.lecture({ sizeBytes });
    const replaced = { ...spec, path, sha256 };
    kit.fake.script([{ on: put, nth: 8, do: 'applyThenDrop' }]);
    kit.fake.journal.clear();
    await kit.drive.replaceContent(replaced);
    await kit.drive.replaceContent(replaced);
    expectOnce(kit, replaced);
    expect(kit.fake.journal.uploadedBytes).toBe(sizeBytes);
    expect(kit.fake.journal.of('drive.upload.start')).toMatchObject([{ method: 'PATCH' }]);
  });

  it('need a file that is there', async ({ kit }) => {
    const spec = await kit.lecture({ sizeBytes });
    await expect(kit.drive.replaceContent(spec)).rejects.toMatchObject({ type: 'GonePermanently' });
  });
});
