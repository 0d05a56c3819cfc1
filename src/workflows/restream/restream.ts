// The supervisor of all relays: hears what has changed in the list of cameras, and starts, tells and ends their workflows.
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  makeContinueAsNewFunc,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { WatchOutcome } from '../../activities/restream/types.ts';
import * as messages from '../../contract/restream-messages.ts';
import type { RestreamInput } from '../../contract/restream-messages.ts';
import { searchAttributes } from '../../contract/search-attributes.ts';
import { markdownTable, shownWhole } from '../../domain/markdown.ts';
import { live, relayRows } from '../proxies.ts';
import { sessionIsLong } from '../session.ts';
import { startKeepers, tellCameras } from './restream-children.ts';

interface Supervisor {
  paused: boolean;
  servers: string[];
  attention?: string;
  /** Waiting to be carried out. */
  pauseOrder?: boolean;
  settles: boolean;
  /** The next watch takes the list as it is. */
  accepts: boolean;
  /** As the list of workflows shows it. */
  shownState?: string;
}

/** A page of changes adds some hundred events to what a session has when it ends. */
const sessionEvents = 1_500;

export async function restream(input: RestreamInput): Promise<void> {
  const supervisor: Supervisor = {
    paused: false,
    servers: [],
    accepts: false,
    ...input.session,
    settles: true,
  };
  listen(supervisor);
  // Keepers that an earlier session knew may have ended with their worker fleet.
  supervisor.servers = [];
  for (;;) {
    show(supervisor);
    await carryOut(supervisor);
    if (sessionIsLong({ sessionEvents, ...input })) return await continueInNewSession(input, supervisor);
    const news = await watchUntilOrdered(supervisor);
    if (news) await act(supervisor, news);
  }
}

const hasOrders = ({ pauseOrder, settles }: Supervisor): boolean => settles || pauseOrder !== undefined;

function listen(supervisor: Supervisor): void {
  setHandler(messages.pauseRelays, () => void (supervisor.pauseOrder = true));
  setHandler(messages.resumeRelays, () => void (supervisor.pauseOrder = false));
  setHandler(messages.serversChanged, () => void (supervisor.settles = true));
  setHandler(messages.acceptList, () => {
    supervisor.accepts = true;
    supervisor.settles = true;
  });
  setHandler(messages.restreamStatus, () => {
    const { paused, servers, attention } = supervisor;
    return { paused, servers, ...(attention === undefined ? {} : { attention }) };
  });
}

async function carryOut(supervisor: Supervisor): Promise<void> {
  const { pauseOrder } = supervisor;
  if (pauseOrder !== undefined) {
    delete supervisor.pauseOrder;
    await relayRows.setRelaysPaused({ paused: pauseOrder });
    supervisor.paused = pauseOrder;
    show(supervisor);
  }
  if (supervisor.settles && supervisor.servers.length > 0) await relayRows.settleServers();
  supervisor.settles = false;
}

/** What the watch found; undefined when an order came first. */
async function watchUntilOrdered(supervisor: Supervisor): Promise<WatchOutcome | undefined> {
  const { accepts: accept, attention, servers } = supervisor;
  supervisor.accepts = false;
  const scope = new CancellationScope();
  let news: WatchOutcome | undefined;
  let ended = false;
  const watching = scope
    .run(() => live.watchCameras({ accept, servers, ...(attention === undefined ? {} : { attention }) }))
    .then((outcome) => void (news = outcome))
    .catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
    })
    .finally(() => (ended = true));
  await condition(() => ended || hasOrders(supervisor));
  scope.cancel();
  await watching;
  return news;
}

async function act(supervisor: Supervisor, news: WatchOutcome): Promise<void> {
  const fresh = news.servers.filter((name) => !supervisor.servers.includes(name));
  await startKeepers(fresh);
  if (news.servers.join('\n') !== supervisor.servers.join('\n')) supervisor.settles = true;
  supervisor.servers = news.servers;
  if (news.attention === undefined) delete supervisor.attention;
  else supervisor.attention = news.attention;
  await tellCameras(news);
}

/** The list of workflows shows at once whether a person should look. */
function show(supervisor: Supervisor): void {
  const { paused, servers, attention } = supervisor;
  const state = attention === undefined ? (paused ? 'paused' : 'running') : 'attention';
  const rows = [
    ['Relays', 'one workflow each: `restream/<camera>`, by LtState'],
    ['MediaMTX servers', servers.join(', ') || 'none yet'],
    ...(attention === undefined ? [] : [['Attention', attention]]),
  ];
  setCurrentDetails(shownWhole(markdownTable(['Restream', state], rows)));
  if (supervisor.shownState === state) return;
  supervisor.shownState = state;
  upsertSearchAttributes([{ key: searchAttributes.state, value: state }]);
}

async function continueInNewSession(input: RestreamInput, supervisor: Supervisor): Promise<void> {
  await condition(allHandlersFinished);
  const { accepts, paused, servers, attention, pauseOrder } = supervisor;
  await makeContinueAsNewFunc<typeof restream>()({
    ...input,
    session: {
      paused,
      servers,
      ...(pauseOrder === undefined ? {} : { pauseOrder }),
      ...(accepts ? { accepts } : {}),
      ...(attention === undefined ? {} : { attention }),
    },
  });
}
