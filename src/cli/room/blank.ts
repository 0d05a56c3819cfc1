// `room learn-blank`, `blanks` and `forget-blank`.
import { resolve } from 'node:path';
import { blankDocumentOf, removeBlank, storeBlank } from '../../client/room-blank.ts';
import type { blankPicture, blankPictureList, blankPictureRemoved } from '../../contract/lecture-asked.ts';
import { Fault } from '../../domain/fault.ts';
import { takePicture } from '../../embedded/take-picture.ts';
import { printJson } from '../output/json.ts';
import { renderTable } from '../output/table.ts';
import type { Invocation } from '../perform.ts';
import { withCatalog } from '../session.ts';

export const learnBlank = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, args, flags, json, catalog, config, signal }) => {
    const path = resolve(args[0] ?? '');
    const room = roomOf(flags['room']);
    if (room !== undefined) await catalog.rooms.require(room);
    const pixels = await takePicture({ config, path, atSeconds: secondsOf(flags['at']), signal });
    const picture = await storeBlank(catalog, { pixels, room });
    if (json) return printJson<typeof blankPicture>(terminal, picture);
    terminal.out(`Picture ${picture.id} stored: ${scopeOf(picture)} counts as blank where it looks so.`);
  });

export const listBlanks = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, flags, json, catalog }) => {
    const room = roomOf(flags['room']);
    const { noSignalPictures } = catalog;
    const rows = room === undefined ? await noSignalPictures.list() : await noSignalPictures.listFor(room);
    const pictures = rows.map(blankDocumentOf);
    if (json) return printJson<typeof blankPictureList>(terminal, pictures);
    if (pictures.length === 0)
      return terminal.out('No pictures. Store one with: longtake room learn-blank --help');
    terminal.out(
      renderTable(
        ['id', 'serves', 'stored'],
        pictures.map((picture) => [picture.id, scopeOf(picture), picture.createdAt.slice(0, 19)]),
      ),
    );
  });

export const forgetBlank = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, args, json, catalog }) => {
    const [id = ''] = args;
    await removeBlank(catalog, id);
    if (json) return printJson<typeof blankPictureRemoved>(terminal, { id, removed: true });
    terminal.out(`Picture ${id} removed.`);
  });

const roomOf = (flag: unknown): string | undefined => (typeof flag === 'string' ? flag : undefined);
const scopeOf = ({ room }: { room?: string | undefined }): string =>
  room === undefined ? 'every room' : `room ${room}`;

/** Seconds, `MM:SS` or `HH:MM:SS`, with a fraction if wanted. */
export function secondsOf(text: unknown): number {
  const match = /^(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6}(?:\.\d{1,3})?)$/.exec(String(text));
  if (match) {
    const [hours = '0', minutes = '0', seconds = '0'] = match.slice(1);
    return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  }
  throw new Fault('InputInvalid', `--at takes seconds, MM:SS or HH:MM:SS, not “${String(text)}”.`);
}
