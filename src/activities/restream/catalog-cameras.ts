// The catalog's own cameras as the list of relays: every enabled camera with a live address.
import type { Catalog } from '../../catalog/catalog.ts';
import type { Credential } from '../../catalog/credentials.ts';
import type { WantedRelay } from '../../catalog/relay-types.ts';
import type { CameraListRead } from './restream-deps.ts';

type Read = () => Promise<CameraListRead>;

/** Logins are opened once a revision: a thousand of them every few seconds would be work for nothing. */
export function catalogCameras({ cameras, credentials }: Pick<Catalog, 'cameras' | 'credentials'>): Read {
  const logins = new Map<string, { revision: number; login: Credential | undefined }>();
  return async () => {
    const wanted: WantedRelay[] = [];
    const switchedOff: string[] = [];
    for (const camera of await cameras.list()) {
      const { id, name, enabled, liveUrl, hasCredentials, revision } = camera;
      if (liveUrl === undefined) continue;
      if (!enabled) {
        switchedOff.push(id);
        continue;
      }
      let known = logins.get(id);
      if (known?.revision !== revision)
        logins.set(
          id,
          (known = { revision, login: hasCredentials ? await credentials.get(id, 'live') : undefined }),
        );
      wanted.push({
        cameraId: id,
        spec: { url: liveUrl, ...(name === undefined ? {} : { name }) },
        ...(known.login ? { credentials: known.login } : {}),
      });
    }
    return { cameras: wanted, switchedOff, illDescribed: [], problems: [] };
  };
}
