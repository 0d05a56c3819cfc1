// A small day in the archives of two cameras: three segments each, one of them with a gap and one that the archive does not have.

import type { CameraRow } from '../../../src/contract/camera.ts';
import { type Archive, startArchive } from '../../fakes/archive.ts';
import { makeClip } from '../../fakes/clips.ts';

export const segmentSeconds = 2;
export const dayStartMs = Date.parse('2026-03-02T10:00:00Z');
export const dayWindow = '10:00:00-10:00:06';
export const dayDate = '2026-03-02';
export const cameraIds = ['door', 'hall'];

export interface ArchiveDay extends AsyncDisposable {
  archive: Archive;
  cameras: CameraRow[];
}

/** Where the archive has a segment. */
export const archivePath = (camera: string, index: number): string =>
  `/${camera}/${dayStartMs / 1000 + index * segmentSeconds}`;

/** Clips are made in `dir`; bodies come at `bytesPerSecond`, so that downloads take a while. */
export async function openArchiveDay({
  dir,
  bytesPerSecond,
}: {
  dir: string;
  bytesPerSecond?: number;
}): Promise<ArchiveDay> {
  const archive = await startArchive();
  // Matroska files carry a random id otherwise.
  const sameBytes = { outputArgs: ['-fflags', '+bitexact'] };
  const common = { dir, fps: 10, size: '160x120', gopFrames: 10 };
  const clips = await Promise.all([
    makeClip({ ...common, name: 'whole', container: 'flv', seconds: segmentSeconds }),
    makeClip({ ...common, name: 'short', container: 'mpegts', seconds: 0.7 * segmentSeconds }),
    // Read by a tool of its own, not in the worker: a kill inside a scan must end that too.
    makeClip({ ...common, name: 'matroska', container: 'matroska', seconds: segmentSeconds, ...sameBytes }),
  ]);
  const [whole, short, matroska] = clips as [string, string, string];
  const day: [string, (string | undefined)[]][] = [
    ['door', [whole, short, whole]],
    ['hall', [matroska, matroska, undefined]],
  ];
  for (const [camera, files] of day)
    for (const [index, file] of files.entries()) {
      const path = archivePath(camera, index);
      if (file) archive.serve(path, file);
      if (file && bytesPerSecond) archive.always(path, { do: 'drip', bytesPerSecond });
    }
  const cameras = cameraIds.map((id) => ({
    id,
    timeZone: 'UTC',
    archiveKind: 'http' as const,
    archiveUrl: `${archive.url}/{id}/{startUnix}`,
    tags: [],
    enabled: true,
  }));
  return { archive, cameras, [Symbol.asyncDispose]: () => archive.close() };
}
