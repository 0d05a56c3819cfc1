// A lecture of a room with a folder on the stand-in's Drive, with the real catalog and Drive of ours, as activities of places see them.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LectureDeps } from '../../../src/activities/lecture/lecture-deps.ts';
import { reserveUploads } from '../../../src/activities/lecture/reserve-uploads.ts';
import type { ReservedUpload } from '../../../src/activities/lecture/types.ts';
import { uploadLecture } from '../../../src/activities/lecture/upload-lecture.ts';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { connectCatalog } from '../../../src/catalog/connect.ts';
import type { LectureFile } from '../../../src/contract/lecture-messages.ts';
import { lectureSpec } from '../../../src/contract/lecture.ts';
import { roomFields } from '../../../src/contract/room.ts';
import { createExporter } from '../../../src/transfer/exporter.ts';
import { openDrive, type DriveKit } from '../../google/drive-kit.ts';
import { testRun } from '../../setup/test-tools.ts';
import { inActivity } from '../in-activity.ts';

export interface PlacesKit extends AsyncDisposable {
  catalog: Catalog;
  deps: LectureDeps;
  drive: DriveKit;
  lectureId: string;
  /** Below the media root. */
  mediaRoot: string;
  /** Writes a file of these bytes, or random ones, below the media root. */
  file(role: LectureFile['role'], path: string, bytes?: Buffer): Promise<LectureFile>;
  reserve(files: LectureFile[]): Promise<ReservedUpload[]>;
  /** Reserves and uploads; answers the ids by role. */
  upload(files: LectureFile[]): Promise<ReservedUpload[]>;
}

export const startMs = Date.parse('2026-09-14T07:10:00Z');

export async function openPlaces(): Promise<PlacesKit> {
  const drive = await openDrive();
  const mediaRoot = join(drive.directory, 'media');
  const catalog = await connectCatalog({
    kind: 'sqlite',
    file: join(drive.directory, 'catalog.sqlite'),
    keyFile: join(drive.directory, 'key'),
  });
  const lectureId = 'l-20260914-k7x2';
  const room = { id: 'A101', timeZone: 'Europe/Moscow', folderId: drive.sharedDriveId };
  await catalog.rooms.put(roomFields.parse(room));
  await catalog.lectures.add({
    ...{ id: lectureId, roomId: 'A101', startMs, endMs: startMs + 5_400_000 },
    spec: lectureSpec.parse({ name: 'Graphs' }),
  });
  const deps = {
    catalog,
    faultPoint: () => undefined,
    storage: {
      resolve: (path: string) => join(mediaRoot, path),
      sizeOf: (path: string) =>
        stat(join(mediaRoot, path)).then(
          ({ size }) => size,
          () => undefined,
        ),
    },
    exporter: createExporter({
      run: await testRun(),
      tools: { rsyncPath: 'rsync', sshPath: 'ssh' },
      stallSeconds: 20,
    }),
    settings: { verifyExports: 'checksum' },
    lecture: { google: { drive: drive.drive } },
  } as unknown as LectureDeps;
  const reserve = (files: LectureFile[]): Promise<ReservedUpload[]> =>
    inActivity(() => reserveUploads(deps, { lectureId, files })).ended;
  return {
    ...{ catalog, deps, drive, lectureId, mediaRoot, reserve },
    async file(role, path, bytes = randomBytes(1000)) {
      await mkdir(dirname(join(mediaRoot, path)), { recursive: true });
      await writeFile(join(mediaRoot, path), bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { role, path, sizeBytes: bytes.length, sha256 };
    },
    async upload(files) {
      const reserved = await reserve(files);
      for (const one of reserved) {
        const file = files.find(({ role }) => role === one.role)!;
        await inActivity(() => uploadLecture(deps, { lectureId, file, ...one })).ended;
      }
      return reserved;
    },
    async [Symbol.asyncDispose]() {
      await catalog.close();
      await drive[Symbol.asyncDispose]();
    },
  };
}
