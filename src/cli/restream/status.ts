// `restream status` and `watch`: what the catalog knows of relays.
import { setTimeout as delay } from 'node:timers/promises';
import { openTemporal } from '../../client/connect.ts';
import { restreamDocumentOf } from '../../client/restream-documents.ts';
import { queryRestream } from '../../client/restream.ts';
import { exitCodes, type ExitCode } from '../../contract/exit-codes.ts';
import type { RelayDocument, restreamDocument, RestreamDocument } from '../../contract/restream.ts';
import { Fault } from '../../domain/fault.ts';
import { printJson } from '../output/json.ts';
import { renderTable } from '../output/table.ts';
import type { Invocation } from '../perform.ts';
import { withCatalog, type Session } from '../session.ts';

/** Exit code 1 when a relay that should be live is not. */
export const showRestream = (invocation: Invocation): Promise<ExitCode> =>
  withCatalog(invocation, async (session) => {
    const { terminal, json } = session;
    const document = chosen(session, await restreamDocumentOf(session.catalog, await attentionOf(session)));
    const isWhole = document.cameras.every(({ state }) => state === 'live' || state === 'stopped');
    const code = isWhole && document.attention === undefined ? exitCodes.done : exitCodes.gapsOrFailures;
    if (json) printJson<typeof restreamDocument>(terminal, document);
    else terminal.out(textOf(document));
    return code;
  });

/** Only the supervisor knows it; without Temporal the figures stand alone. */
async function attentionOf({ config }: Session): Promise<string | undefined> {
  const temporal = await openTemporal(config.temporal).catch(() => undefined);
  if (!temporal) return undefined;
  try {
    return (await queryRestream(temporal.client))?.attention;
  } finally {
    await temporal.close();
  }
}

function chosen({ args, flags }: Session, document: RestreamDocument): RestreamDocument {
  const [camera] = args;
  const cameras = document.cameras.filter(
    (one) =>
      (camera === undefined || one.camera === camera) &&
      (flags['state'] === undefined || one.state === flags['state']),
  );
  if (camera !== undefined && cameras.length === 0)
    throw new Fault('NotFound', `Camera ${JSON.stringify(camera)} has no relay.`, {
      remedy: '`longtake restream status` lists those there are.',
    });
  return { ...document, cameras };
}

function textOf({ paused, counts, servers, cameras, attention }: RestreamDocument): string {
  const total = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  return [
    ...(attention === undefined ? [] : [`Attention: ${attention}`, '']),
    `${paused ? 'Paused. ' : ''}${total.join(', ') || 'No relays yet.'}`,
    ...servers.map(
      ({ name, state, relays, viewUrl, reason }) =>
        `${name}: ${state}, ${relays} relays, viewers at ${viewUrl}${reason ? ` (${reason})` : ''}`,
    ),
    '',
    renderTable(
      ['camera', 'state', 'since', 'video', 'Mb/s', 'restarts', 'server', 'viewers', 'last failure'],
      cameras.map((camera) => [
        camera.camera,
        camera.state,
        camera.since?.slice(0, 19) ?? '',
        [camera.video, camera.audio].filter(Boolean).join(' + '),
        camera.bitsPerSecond === undefined ? '' : (camera.bitsPerSecond / 1e6).toFixed(2),
        camera.restarts,
        camera.server ?? '',
        camera.viewUrl ?? '',
        camera.reason ?? '',
      ]),
    ),
  ].join('\n');
}

const watchMs = 1000;

export const watchRestream = (invocation: Invocation): Promise<void> =>
  withCatalog(invocation, async (session) => {
    const { terminal, json, catalog, signal } = session;
    const known = new Map<string, string>();
    while (!signal.aborted) {
      for (const camera of (await restreamDocumentOf(catalog)).cameras) {
        if (known.get(camera.camera) === camera.state) continue;
        terminal.out(json ? JSON.stringify(camera) : lineOf(camera, known.get(camera.camera)));
        known.set(camera.camera, camera.state);
      }
      await delay(watchMs, undefined, { signal }).catch(() => undefined);
    }
  });

const lineOf = (
  { camera, state, since, reason, viewUrl }: RelayDocument,
  before: string | undefined,
): string =>
  [
    since ?? '',
    `${camera}:`,
    before === undefined ? state : `${before} → ${state}`,
    state === 'live' ? (viewUrl ?? '') : (reason ?? ''),
  ].join(' ');
