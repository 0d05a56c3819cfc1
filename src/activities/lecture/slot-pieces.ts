// Finished pieces of a lecture below its work: what has its final name was checked, and the name says which sources it was made without.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sourceRoles } from '../../contract/lecture-messages.ts';
import type { SourceRole } from '../../contract/lecture-messages.ts';
import type { FaultPoint } from '../../domain/fault-point.ts';
import { asFault } from '../../storage/errno.ts';
import { fsyncFile } from '../../storage/fsync.ts';
import { renameDurably } from '../../storage/json-file.ts';

export interface SlotPiece {
  /** Absolute. */
  path: string;
  /** Sources that could not be read. */
  unreadable: SourceRole[];
}

const nameOf = (stem: string, unreadable: readonly SourceRole[]): string =>
  `${[stem, ...unreadable.map((role) => `no-${role}`)].join('.')}.mkv`;

/** The finished piece of this stem, or undefined. */
export async function findPiece(directory: string, stem: string): Promise<SlotPiece | undefined> {
  const name = (await readdir(directory)).find((entry) => entry.startsWith(`${stem}.`));
  if (name === undefined) return undefined;
  const unreadable = sourceRoles.filter((role) => name.split('.').includes(`no-${role}`));
  return { path: join(directory, name), unreadable };
}

/** Gives a checked piece its final name, durable. */
export async function keepPiece(piece: {
  from: string;
  directory: string;
  stem: string;
  unreadable: SourceRole[];
  faultPoint: FaultPoint;
}): Promise<SlotPiece> {
  const { from, directory, stem, unreadable, faultPoint } = piece;
  const path = join(directory, nameOf(stem, unreadable));
  await asFault(`Keeping ${stem}`, async () => {
    await fsyncFile(from);
    await renameDurably({ from, to: path, step: 'keep-slot', faultPoint });
  });
  return { path, unreadable };
}
