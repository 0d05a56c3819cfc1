// What is known of relays and their servers, as documents; the catalog alone is read.
import type { Catalog } from '../catalog/catalog.ts';
import type { RelayRow, RelayServerRow } from '../catalog/relay-types.ts';
import { relayStates, type RelayReport, type RelayState } from '../contract/restream-messages.ts';
import type { RelayDocument, RelayServerDocument, RestreamDocument } from '../contract/restream.ts';
import { isoFromMs } from '../domain/range.ts';
import { redactUrl } from '../domain/url.ts';

export async function restreamDocumentOf(
  catalog: Pick<Catalog, 'relays' | 'relayServers'>,
  attention?: string,
): Promise<RestreamDocument> {
  const [rows, servers, paused] = await Promise.all([
    catalog.relays.list(),
    catalog.relayServers.list(),
    catalog.relays.isPaused(),
  ]);
  const cameras = rows.map(relayDocumentOf);
  const counts = Object.fromEntries(
    relayStates.map((state) => [state, cameras.filter((camera) => camera.state === state).length]),
  ) as Record<RelayState, number>;
  return {
    paused,
    counts,
    servers: servers.map((server) => relayServerDocumentOf(server, rows)),
    cameras,
    ...(attention === undefined ? {} : { attention }),
  };
}

/** A row placed anew has no report of its own yet: it is about to connect. */
export function relayDocumentOf({ cameraId, spec, stopped, epoch, report, ...row }: RelayRow): RelayDocument {
  const own = report?.epoch === epoch ? report : undefined;
  const { engine, server } = row;
  return {
    camera: cameraId,
    state: stopped ? 'stopped' : (own?.state ?? 'connecting'),
    ...(engine === undefined ? {} : { engine }),
    ...(server === undefined ? {} : { server }),
    source: redactUrl(spec.url),
    restarts: report?.restarts ?? 0,
    ...(report?.reason === undefined ? {} : { reason: report.reason }),
    ...(own ? figuresOf(own) : {}),
  };
}

function figuresOf({ sinceAt, viewUrl, video, audio, bitsPerSecond, upSinceAt }: RelayReport) {
  const size = video?.width && video.height ? ` ${video.width}x${video.height}` : '';
  return {
    since: sinceAt,
    ...(viewUrl === undefined ? {} : { viewUrl }),
    ...(video === undefined ? {} : { video: `${video.codec}${size}` }),
    ...(audio === undefined ? {} : { audio: audio.codec }),
    ...(bitsPerSecond === undefined ? {} : { bitsPerSecond }),
    ...(upSinceAt === undefined ? {} : { upSince: upSinceAt }),
  };
}

export function relayServerDocumentOf(
  server: RelayServerRow,
  rows: readonly RelayRow[],
): RelayServerDocument {
  const { name, spec, state, sinceMs, reason } = server;
  return {
    name,
    state,
    since: isoFromMs(sinceMs),
    apiUrl: spec.apiUrl,
    rtspUrl: spec.rtspUrl,
    viewUrl: spec.viewUrl ?? spec.rtspUrl,
    weight: spec.weight,
    returns: spec.returns,
    relays: rows.filter((row) => row.server === name).length,
    ...(reason === undefined ? {} : { reason }),
  };
}
