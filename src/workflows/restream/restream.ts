// The supervisor of all relays: hears what has changed in the list of cameras, and starts, tells and ends their workflows.
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  makeContinueAsNewFunc,
  patched,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { WatchOutcome } from '../../activities/restream/types.ts';
import * as messages from '../../contract/restream-messages.ts';
import type { RestreamInput } from '../../contract/restream-messages.ts';
import { searchAttributes } from '../../contract/search-attributes.ts';
import { markdownTable, shownWhole } from '../../domain/markdown.ts';
import { heard, listenInOrder } from '../early-signals.ts';
import { live, relayRows, relayWords } from '../proxies.ts';
import { sessionIsLong } from '../session.ts';
import { pauseSeconds, runLive } from './live-run.ts';
import { startKeepers } from './start-keepers.ts';

interface Supervisor {
  paused: boolean;
  /** As the catalog named them last. */
  servers: string[];
  /** Those of them whose keepers have been started or met; none is believed in for longer than a session or a word about servers. */
  kept: string[];
  attention?: string;
  /** Waiting to be carried out. */
  pauseOrder?: boolean;
  settles: boolean;
  /** Words of the operator that the list is right, owed until a list has been read with them. */
  accepts: number;
  /** As the list of workflows shows it. */
  shownState?: string;
}

/** A page of changes adds some hundred events to what a session has when it ends. */
const sessionEvents = 1_000;

/** Cancelled, it lets go of the list and leaves all relays as they are. */
export async function restream(input: RestreamInput): Promise<void> {
  const supervisor: Supervisor = {
    paused: false,
    servers: [],
    ...input.session,
    accepts: input.session?.accepts ? 1 : 0,
    kept: [],
    settles: true,
  };
  listen(supervisor);
  try {
    await supervise(input, supervisor);
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => carryOut(supervisor));
    throw error;
  }
}

async function supervise(input: RestreamInput, supervisor: Supervisor): Promise<void> {
  // What an earlier supervisor was asked for is still in force; until it is known nothing is shown.
  if (!input.session && patched('pause-read-first'))
    supervisor.paused = (await relayRows.readPause({})).paused;
  for (;;) {
    show(supervisor);
    await carryOut(supervisor);
    if (sessionIsLong({ sessionEvents, ...input })) await continueInNewSession(input, supervisor);
    const news = await watchUntilOrdered(supervisor);
    if (news) await act(supervisor, news);
  }
}

function listen(supervisor: Supervisor): void {
  listenInOrder([
    heard(messages.pauseRelays, () => void (supervisor.pauseOrder = true)),
    heard(messages.resumeRelays, () => void (supervisor.pauseOrder = false)),
    heard(messages.serversChanged, () => {
      supervisor.settles = true;
      // One that was removed and added again between two looks has lost its keeper.
      supervisor.kept = [];
    }),
    heard(messages.acceptList, () => void (supervisor.accepts += 1)),
  ]);
  setHandler(messages.restreamStatus, () => {
    const { paused, servers, attention } = supervisor;
    return { paused, servers, ...(attention === undefined ? {} : { attention }) };
  });
}

const hasOrders = ({ pauseOrder, settles }: Supervisor): boolean => settles || pauseOrder !== undefined;

/** What is asked again meanwhile counts again; what the workflow's end cuts off still waits. */
async function carryOut(supervisor: Supervisor): Promise<void> {
  while (hasOrders(supervisor)) {
    const { pauseOrder } = supervisor;
    if (pauseOrder !== undefined) {
      await relayRows.setRelaysPaused({ paused: pauseOrder });
      supervisor.paused = pauseOrder;
      if (supervisor.pauseOrder === pauseOrder) delete supervisor.pauseOrder;
      show(supervisor);
    }
    const { settles } = supervisor;
    supervisor.settles = false;
    if (settles && supervisor.servers.length > 0) await relayRows.settleServers();
  }
}

/** What the watch found; undefined when an order came first, which is carried out while the watch ends. */
async function watchUntilOrdered(supervisor: Supervisor): Promise<WatchOutcome | undefined> {
  const { accepts, attention, kept: servers } = supervisor;
  const request = { accept: accepts > 0, servers, ...(attention === undefined ? {} : { attention }) };
  const isDue = (): boolean => hasOrders(supervisor) || supervisor.accepts > accepts;
  const { answered, wasDue } = await runLive({
    start: () => live.watchCameras(request),
    isDue,
    whenDue: () => carryOut(supervisor),
  });
  if (!answered && !wasDue) await condition(isDue, pauseSeconds * 1000);
  if (answered && !answered.answer.acceptOwed) supervisor.accepts -= accepts;
  return answered?.answer;
}

async function act(supervisor: Supervisor, { servers, attention, ...news }: WatchOutcome): Promise<void> {
  const fresh = servers.filter((name) => !supervisor.kept.includes(name));
  if (servers.join('\n') !== supervisor.servers.join('\n')) supervisor.settles = true;
  supervisor.servers = servers;
  supervisor.kept = servers;
  if (attention === undefined) delete supervisor.attention;
  else supervisor.attention = attention;
  show(supervisor);
  await startKeepers(fresh);
  const { added, changed, gone } = news;
  if (added.length + changed.length + gone.length > 0) await relayWords.tellRelays({ added, changed, gone });
}

/** The list of workflows shows at once whether a person should look. */
function show(supervisor: Supervisor): void {
  const { accepts, paused, servers, attention } = supervisor;
  const state = attention === undefined ? (paused ? 'paused' : 'running') : 'attention';
  const rows = [
    ['Relays', 'one workflow each: `restream/<camera>`, by LtState'],
    ['MediaMTX servers', servers.join(', ') || 'none yet'],
    ...(attention === undefined ? [] : [['Attention', attention]]),
    ...(accepts === 0 ? [] : [['Accepted', 'The next list that can be read is taken as it is.']]),
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
      ...(accepts > 0 ? { accepts: true } : {}),
      ...(attention === undefined ? {} : { attention }),
    },
  });
}
