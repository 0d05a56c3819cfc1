// One try at a relay: the camera is asked, then ffmpeg publishes it until it ends.
import { setTimeout as delay } from 'node:timers/promises';
import type { Credential } from '../../catalog/credentials.ts';
import type { RelayServerSpec } from '../../catalog/relay-types.ts';
import { Fault, isFault } from '../../domain/fault.ts';
import { relayAudio } from '../../domain/relay-audio.ts';
import { parseSourceUrl, withCredentials } from '../../domain/url.ts';
import { relayUser } from '../../gate/accounts.ts';
import type { SourceFacts } from '../../rtsp/describe.ts';
import { createConnectBudget, type ConnectBudget } from './connect-budget.ts';
import type { RestreamDeps } from './restream-deps.ts';
import { isOver, vouch, whileWanted, type OwnRelay } from './run-relay-own.ts';
import type { RelayTelling } from './run-relay-telling.ts';

/** What tries leave to the next ones, for when the catalog is away. */
export interface Trying {
  own: OwnRelay;
  telling: RelayTelling;
  credentials?: { revision: number; login: Credential | undefined };
  server?: RelayServerSpec & { server: string };
  /** What the camera answered, while nothing has failed on its side since. */
  facts?: SourceFacts;
}

/** Why the relay ended; undefined when its row took it down. Throws what nobody foresaw, and the activity's own end. */
export async function tryRelay(trying: Trying): Promise<Fault | undefined> {
  try {
    await whileWanted(trying.own, (signal) => publishOnce(trying, signal));
    return undefined;
  } catch (error) {
    trying.own.signal.throwIfAborted();
    if (!isFault(error)) throw error;
    if (!isFault(error, 'PeerDropped', 'LeaseLost')) delete trying.facts;
    return error;
  }
}

async function publishOnce(trying: Trying, pictures: AbortSignal): Promise<void> {
  const { own, telling } = trying;
  const { deps, row } = own;
  const { connectSeconds, stallSeconds } = deps.settings;
  // Pictures outlive the activity at a hand-over; what leads to them does not.
  const signal = AbortSignal.any([own.signal, pictures]);
  const sourceUrl = withCredentials(row.spec.url, await loginOf(trying));
  await admission(own, signal);
  vouch(own, connectSeconds);
  const facts = (trying.facts ??= await deps.probe({
    url: sourceUrl,
    timeoutSeconds: connectSeconds,
    signal,
  }));
  const audio = relayAudio(row.spec.audio, facts.audio?.codec);
  const video = row.spec.video ?? 'copy';
  telling.begin({ audio, video, facts });
  const targetUrl = await targetOf(trying);
  vouch(own, stallSeconds);
  signal.throwIfAborted();
  if (isOver(own)) throw new Fault('LeaseLost', 'Another worker has taken this relay over.');
  await deps.publish({
    ...{ sourceUrl, targetUrl, audio, video, stallSeconds, signal: pictures },
    onProgress: ({ frames }) => {
      if (telling.progress(frames)) vouch(own, stallSeconds);
    },
  });
}

async function loginOf(trying: Trying): Promise<Credential | undefined> {
  const { cameraId, deps, row } = trying.own;
  if (!row.hasCredentials) return undefined;
  try {
    const login = await deps.catalog.relays.credentialsOf(cameraId);
    trying.credentials = { revision: row.revision, login };
  } catch (error) {
    if (!isFault(error, 'CatalogUnavailable') || trying.credentials?.revision !== row.revision) throw error;
  }
  return trying.credentials.login;
}

/** Where it publishes to, with a fresh token: secret. */
async function targetOf(trying: Trying): Promise<string> {
  const { deps, path, epoch } = trying.own;
  const { rtspUrl, viewUrl = rtspUrl, server } = await serverOf(trying);
  trying.telling.shown.viewUrl = `${viewUrl}/${path}`;
  const password = await deps.publishTokenOf({ server, path, epoch });
  return withCredentials(`${rtspUrl}/${path}`, { user: relayUser, password });
}

async function serverOf(trying: Trying): Promise<RelayServerSpec & { server: string }> {
  const { deps, row } = trying.own;
  const server = row.server ?? '';
  try {
    const found = await deps.catalog.relayServers.get(server);
    if (!found)
      throw new Fault('NotFound', `The catalog has no MediaMTX server ${JSON.stringify(server)} any more.`);
    trying.server = { ...found.spec, server };
  } catch (error) {
    if (!isFault(error, 'CatalogUnavailable') || trying.server?.server !== server) throw error;
  }
  return trying.server;
}

/** One budget for all relays of a worker. */
const budgets = new WeakMap<RestreamDeps, ConnectBudget>();
const askAgainMs = 200;

async function admission(own: OwnRelay, signal: AbortSignal): Promise<void> {
  const { deps, row } = own;
  const { host } = parseSourceUrl(row.spec.url);
  let budget = budgets.get(deps);
  if (!budget) budgets.set(deps, (budget = createConnectBudget(deps.settings.connects)));
  while (!budget.take(host, Date.now())) {
    vouch(own, 1);
    await delay(askAgainMs, undefined, { signal });
  }
}
