// Tells the catalog of the embedded MediaMTX, so that relays may be placed on it.
import type { Catalog } from '../catalog/catalog.ts';
import type { MediaMtxServer } from './mediamtx-server.ts';

/** Its name in the catalog. */
export const localRelayServer = 'local';

/** Adds it, or replaces its addresses and secrets; its cameras come back by themselves after a restart. */
export async function registerRelayServer({
  catalog,
  mediamtx: { apiUrl, rtspUrl, users },
}: {
  catalog: Pick<Catalog, 'relayServers'>;
  mediamtx: Pick<MediaMtxServer, 'apiUrl' | 'rtspUrl' | 'users'>;
}): Promise<void> {
  await catalog.relayServers.put({
    name: localRelayServer,
    spec: { apiUrl, rtspUrl, weight: 1, returns: 'auto' },
    secrets: { api: users.api, gateKey: users.gateKey },
  });
}
