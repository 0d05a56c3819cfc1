// `room source add` and `rm`.
import { addRoomSource, removeRoomSource } from '../../client/room-source.ts';
import type { roomDocument } from '../../contract/room.ts';
import { Fault } from '../../domain/fault.ts';
import { printJson } from '../output/json.ts';
import type { Flags, Invocation } from '../perform.ts';
import { withCatalog } from '../session.ts';

export const addSource = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, args, flags, json, catalog }) => {
    const [room = ''] = args;
    const { role, camera } = sourceOf(flags);
    const archive = archiveOf(flags);
    if (camera === undefined && archive === undefined)
      throw new Fault(
        'InputInvalid',
        'A source is a camera of the catalog, --camera, or an archive, --archive-kind and --archive-url.',
      );
    const document = await addRoomSource(catalog, { room, role, camera, archive });
    if (json) return printJson<typeof roomDocument>(terminal, document);
    terminal.out(`Room ${room} has the ${role} ${camera ?? `${room}-${role}`}.`);
  });

export const removeSource = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async ({ terminal, args, flags, json, catalog }) => {
    const [room = ''] = args;
    const { role, camera } = sourceOf(flags);
    const document = await removeRoomSource(catalog, { room, role, camera });
    if (json) return printJson<typeof roomDocument>(terminal, document);
    terminal.out(`Room ${room} has no ${role} ${camera ?? `${room}-${role}`} any more; the camera stays.`);
  });

const sourceOf = ({ role, camera }: Flags): { role: string; camera: string | undefined } => ({
  role: String(role),
  camera: typeof camera === 'string' ? camera : undefined,
});

function archiveOf({ archiveKind: kind, archiveUrl: url, externalId }: Flags) {
  if (kind === undefined && url === undefined) {
    if (externalId !== undefined)
      throw new Fault('InputInvalid', '--external-id needs --archive-kind and --archive-url.');
    return undefined;
  }
  return { kind, url, ...(externalId === undefined ? {} : { externalId }) };
}
