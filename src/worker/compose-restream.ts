// Builds what the activities of restream are given.
import { isCurrentAttempt } from '../activities/plan/current-attempt.ts';
import { catalogCameras } from '../activities/restream/catalog-cameras.ts';
import { createHandOver } from '../activities/restream/hand-over.ts';
import type { CameraListRead, RestreamDeps, RestreamSettings } from '../activities/restream/restream-deps.ts';
import { probePlaylist } from '../activities/restream/probe-playlist.ts';
import { listOfTable } from '../activities/restream/table-cameras.ts';
import { tellRelay, tellServersChanged } from '../activities/restream/tell-workflows.ts';
import { listenForChanges } from '../camera-table/listen.ts';
import { readCameras } from '../camera-table/read-cameras.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Config } from '../config/schema.ts';
import { Fault } from '../domain/fault.ts';
import { mintToken } from '../gate/token.ts';
import type { Ffmpeg } from '../media/ffmpeg.ts';
import { relayRtsp } from '../media/relay.ts';
import { createControl } from '../mediamtx/control.ts';
import { describeRtsp } from '../rtsp/describe.ts';
import type { Downloader } from '../transfer/http-download.ts';

/** A token is used within seconds of being made; the rest is for clocks that differ. */
const tokenSeconds = 300;

export function composeRestream({
  config,
  catalog,
  downloader,
  ffmpeg,
  stopping,
}: {
  stopping: AbortSignal;
  downloader: Downloader;
  config: Config;
  catalog: Catalog;
  ffmpeg: Ffmpeg;
}): RestreamDeps {
  const dsnOf = async (): Promise<string | undefined> =>
    config.restream.pgDsn ?? (await catalog.cameraMap.dsn());
  return {
    catalog,
    readCameras: cameraList(catalog, dsnOf),
    onCamerasChanged: (signal, changed) => void listen({ dsnOf, signal, changed }).catch(() => undefined),
    controlOf: async (server) => {
      const row = await catalog.relayServers.get(server);
      if (!row) throw new Fault('NotFound', `There is no MediaMTX server ${JSON.stringify(server)}.`);
      const { api } = await catalog.relayServers.secretsOf(server);
      return createControl({ baseUrl: row.spec.apiUrl, credentials: api });
    },
    probe: (ask) => (/^rtsps?:/i.test(ask.url) ? describeRtsp(ask) : probePlaylist(downloader, ask)),
    publish: (spec) => relayRtsp(ffmpeg, spec),
    publishTokenOf: async ({ server, path, epoch }) => {
      const { gateKey } = await catalog.relayServers.secretsOf(server);
      if (gateKey === undefined)
        throw new Fault(
          'ConfigInvalid',
          `The MediaMTX server ${server} has no gate, so only pulling is possible.`,
        );
      return mintToken({ key: gateKey, path, epoch, expiresAtMs: Date.now() + tokenSeconds * 1000 });
    },
    tellRelay,
    tellServersChanged,
    stopping,
    handOver: createHandOver({ stopping, graceSeconds: config.restream.handOverSeconds }),
    isCurrentAttempt,
    settings: settingsOf(config),
  };
}

/** The user's own table where a map says how to read it; without one the catalog's cameras. */
function cameraList(
  catalog: Catalog,
  dsnOf: () => Promise<string | undefined>,
): (signal: AbortSignal) => Promise<CameraListRead> {
  const own = catalogCameras(catalog);
  return async (signal) => {
    const stored = await catalog.cameraMap.get();
    const dsn = stored && (await dsnOf());
    if (!stored || dsn === undefined) return await own();
    return listOfTable(await readCameras({ dsn, map: stored.map, signal }));
  };
}

async function listen(request: {
  dsnOf: () => Promise<string | undefined>;
  signal: AbortSignal;
  changed: () => void;
}): Promise<void> {
  const dsn = await request.dsnOf();
  if (dsn !== undefined) await listenForChanges({ dsn, signal: request.signal, onChange: request.changed });
}

function settingsOf({ restream }: Config): RestreamSettings {
  const { connectsPerHost, connectsPerSubnet, slots: _, pgDsn: __, ...settings } = restream;
  return { ...settings, connects: { perHost: connectsPerHost, perSubnet: connectsPerSubnet } };
}
