// Stored pictures of screens without a signal, under an id made of the picture: the same picture again is the same row.
import { createHash } from 'node:crypto';
import type { Catalog } from '../catalog/catalog.ts';
import type { NoSignalRow } from '../catalog/lecture-types.ts';
import type { BlankPicture } from '../contract/lecture-asked.ts';
import { Fault } from '../domain/fault.ts';
import { isoFromMs } from '../domain/range.ts';

type Pictures = Pick<Catalog, 'noSignalPictures' | 'rooms'>;

/** @param picture 64×36 RGB; `room` absent: it serves every room. Throws Fault NotFound for the room. */
export async function storeBlank(
  catalog: Pictures,
  { pixels, room }: { pixels: Uint8Array; room?: string | undefined },
): Promise<BlankPicture> {
  if (room !== undefined) await catalog.rooms.require(room);
  const digest = createHash('sha256')
    .update(pixels)
    .update(room ?? '');
  const id = `ns-${digest.digest('hex').slice(0, 12)}`;
  await catalog.noSignalPictures.put({ id, pixels, ...(room === undefined ? {} : { roomId: room }) });
  const stored = (await catalog.noSignalPictures.list()).find((row) => row.id === id);
  if (!stored) throw new Fault('NotFound', `The picture ${id} was removed while it was stored.`);
  return blankDocumentOf(stored);
}

/** Throws Fault NotFound. */
export async function removeBlank({ noSignalPictures }: Pictures, id: string): Promise<void> {
  if (await noSignalPictures.remove(id)) return;
  throw new Fault('NotFound', `There is no stored picture ${JSON.stringify(id)}.`, {
    remedy: '`longtake room blanks` shows those there are.',
  });
}

export const blankDocumentOf = ({ id, roomId, createdMs }: NoSignalRow): BlankPicture => ({
  id,
  ...(roomId === undefined ? {} : { room: roomId }),
  createdAt: isoFromMs(createdMs),
});
