// Half-hour files in Drive folders, as recorders of both kinds left them: found by name, fetched whole, resumed.
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchFromDrive } from '../../src/activities/plan/source-drive.ts';
import { cameraRow } from '../../src/contract/camera.ts';
import { bytesOf } from '../google-fake/calls.ts';
import { granule, openDrive, type DriveKit } from './drive-kit.ts';

/** 10:00 in Moscow. */
const startUnix = Date.parse('2026-11-24T07:00:00Z') / 1000;
const merger = '{date}_{hh}:{mm}_A-101_24.mp4';
const recorder = '{date}T{hh}:{mm}_{externalId}.mp4';

let kit: DriveKit;
let partialDir: string;
beforeEach(async () => {
  kit = await openDrive();
  partialDir = join(kit.directory, 'partial');
  await mkdir(partialDir);
});
afterEach(() => kit[Symbol.asyncDispose]());

const catalog = { credentials: { get: () => Promise.resolve(undefined) } } as never;

function fetchSegment(template: string, { folderId = kit.sharedDriveId, drive = true } = {}) {
  const camera = cameraRow.parse({
    id: 'A-101-24',
    timeZone: 'Europe/Moscow',
    externalId: '7_12',
    archiveKind: 'drive',
    archiveUrl: `https://drive.google.com/drive/folders/${folderId}?name=${template}`,
  });
  const deps = { catalog, ...(drive && { drive: kit.drive }) };
  const key = { cameraId: camera.id, startUnix, seconds: 1800 };
  const { signal } = new AbortController();
  return fetchFromDrive(deps, {
    camera,
    key,
    partialDir,
    attemptDir: partialDir,
    signal,
    onBytes: () => undefined,
  });
}

const folder = async (name: string, parentId = kit.sharedDriveId) =>
  (await kit.fake.placeFile({ name, parentId })).id;

const names = { merger: '2026-11-24_10:00_A-101_24.mp4', recorder: '2026-11-24T10:00_7_12.mp4' };

describe('a file of a slot', () => {
  it.each([
    ['in the folder itself', merger, names.merger, () => Promise.resolve(kit.sharedDriveId)],
    ['in the folder of the date', merger, names.merger, () => folder('2026-11-24')],
    [
      'in that of the hour',
      recorder,
      names.recorder,
      async () => folder('10:00', await folder('2026-11-24')),
    ],
  ])('is found %s', async (_, template, name, place) => {
    const bytes = bytesOf(granule);
    await kit.fake.placeFile({ name, parentId: await place(), bytes });
    const fetched = await fetchSegment(template);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(fetched).toMatchObject({ kind: 'file', complete: true, facts: { sizeBytes: granule, sha256 } });
    expect((await readFile((fetched as { path: string }).path)).equals(bytes)).toBe(true);
  });

  it('is found in any of the folders that were made again and again', async () => {
    const dates = [await folder('2026-11-24'), await folder('2026-11-24')];
    const hours = await Promise.all([
      folder('10:00', dates[0]),
      folder('10:00', dates[1]),
      folder('10:00', dates[1]),
    ]);
    await kit.fake.placeFile({ name: names.recorder, parentId: hours[1]!, bytes: bytesOf(5) });
    await kit.fake.placeFile({ name: names.recorder, parentId: hours[2]!, bytes: bytesOf(9) });
    expect(await fetchSegment(recorder)).toMatchObject({ kind: 'file', facts: { sizeBytes: 9 } });
  });

  it('that is not there is none, and so is a folder that is gone', async () => {
    await folder('2026-11-24');
    expect(await fetchSegment(merger)).toEqual({
      kind: 'none',
      reason: `The Drive folder ${kit.sharedDriveId} holds no ${names.merger}.`,
    });
    expect(await fetchSegment(merger, { folderId: '1gone' })).toMatchObject({ kind: 'none' });
  });

  it('is gone on with after a break, by the next owner', async () => {
    const bytes = bytesOf(3 * granule);
    await kit.fake.placeFile({ name: names.merger, parentId: kit.sharedDriveId, bytes });
    const on = { path: /\/files\/[^/]+$/, method: 'GET' };
    kit.fake.script([{ on, nth: 3, do: 'cutAnswerAfterBytes', bytes: granule }]);
    await expect(fetchSegment(merger)).rejects.toMatchObject({ type: 'GoogleTransient' });
    expect(kit.fake.unstruckFaults()).toEqual([]);
    const [partial] = await readdir(partialDir);
    // How much of a broken answer arrives is the line's affair; what is kept must be gone on with.
    await writeFile(join(partialDir, partial!), bytes.subarray(0, granule));
    expect(await fetchSegment(merger)).toMatchObject({ kind: 'file', facts: { sizeBytes: bytes.length } });
    expect(kit.fake.journal.of('drive.files.get').at(-1)?.headers.range).toBe(`bytes=${granule}-`);
  });
});

describe('an archive in Drive', () => {
  it('needs an account, and names the keys that give one', async () => {
    await expect(fetchSegment(merger, { drive: false })).rejects.toMatchObject({
      type: 'AuthRejected',
      message: expect.stringContaining('google.credentialsFile, google.tokenFile') as string,
    });
  });

  it('needs a template of names', async () => {
    const ask = () => fetchSegment('', {});
    await expect(ask()).rejects.toMatchObject({ type: 'InputInvalid' });
  });

  it('that refuses us is no archive without files', async () => {
    kit.fake.script([{ on: { api: 'drive.files.list' }, do: 'error', name: 'domainPolicy' }]);
    await expect(fetchSegment(merger)).rejects.toMatchObject({ type: 'AuthRejected' });
  });
});
