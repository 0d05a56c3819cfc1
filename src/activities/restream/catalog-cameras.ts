// The catalog's own cameras as the list of relays: every enabled camera with a live address.
import type { CameraRecord } from '../../catalog/cameras.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Credential } from '../../catalog/credentials.ts';
import type { WantedRelay } from '../../catalog/relay-types.ts';
import { isFault } from '../../domain/fault.ts';
import type { CameraListRead } from './restream-deps.ts';

type Read = () => Promise<CameraListRead>;
/** `of` names the revision, also that of a camera removed and added again, which begins with the same numbers. */
type Logins = Map<string, { of: string; login: Credential | undefined }>;

/** Logins are opened once a revision: a thousand of them every few seconds would be work for nothing. */
export function catalogCameras({ cameras, credentials }: Pick<Catalog, 'cameras' | 'credentials'>): Read {
  let logins: Logins = new Map();
  return async () => {
    const read = { cameras: [] as WantedRelay[], switchedOff: [] as string[] };
    const unread = { illDescribed: [] as string[], problems: [] as string[] };
    const next: Logins = new Map();
    for (const camera of await cameras.list()) {
      const { id, enabled, liveUrl, hasCredentials, revision, updatedMs } = camera;
      const of = `${revision} ${updatedMs}`;
      if (liveUrl === undefined) continue;
      if (!enabled) {
        read.switchedOff.push(id);
        continue;
      }
      const known = logins.get(id);
      try {
        const login = hasCredentials ? () => credentials.get(id, 'live') : () => undefined;
        next.set(id, known?.of === of ? known : { of, login: await login() });
        read.cameras.push(wantedRelay(camera, { url: liveUrl, login: next.get(id)?.login }));
      } catch (error) {
        // One camera's login must not hold up all others.
        if (!isFault(error, 'ConfigInvalid')) throw error;
        unread.illDescribed.push(id);
        unread.problems.push(`camera ${id}: ${error.message.replace(/\.$/, '')}`);
      }
    }
    logins = next;
    return { ...read, ...unread };
  };
}

const wantedRelay = (
  { id, name }: CameraRecord,
  { url, login }: { url: string; login: Credential | undefined },
): WantedRelay => ({
  cameraId: id,
  spec: { url, ...(name === undefined ? {} : { name }) },
  ...(login ? { credentials: login } : {}),
});
