// The main video on Drive, as attachments, posts and messages name it.
import { Fault } from '../../domain/fault.ts';
import type { LectureDeps } from './lecture-deps.ts';

export interface UploadedVideo {
  fileId: string;
  url: string;
}

/** @throws Fault NotFound while it is not proved there */
export async function uploadedVideo(
  { catalog }: Pick<LectureDeps, 'catalog'>,
  lectureId: string,
): Promise<UploadedVideo> {
  const row = await catalog.publications.get({ lectureId, kind: 'drive', target: 'main' });
  if (row?.state === 'done' && row.externalId && row.url) return { fileId: row.externalId, url: row.url };
  throw new Fault('NotFound', `The video of lecture ${lectureId} is not on Drive yet.`);
}
