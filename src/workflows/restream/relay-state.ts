// What a relay's workflow knows, what it listens to, and how the Web UI shows it.
import {
  ApplicationFailure,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { searchAttributes } from '../../contract/search-attributes.ts';
import * as messages from '../../contract/restream-messages.ts';
import type {
  RelayEngine,
  RelayInput,
  RelayReport,
  RelaySession,
  RelayState,
} from '../../contract/restream-messages.ts';
import { markdownTable, shownWhole } from '../../domain/markdown.ts';
import { isoFromMs } from '../../domain/range.ts';
import { heard, listenInOrder } from '../early-signals.ts';

export interface RunningRelay {
  cameraId: string;
  report?: RelayReport;
  /** The operator's word. */
  engine?: RelayEngine;
  stopped: boolean;
  /** The engine it was placed with; absent: an order waits. */
  placed?: RelayEngine;
  forgive: boolean;
  /** The camera is gone from the list. */
  retired: boolean;
  /** Grows with every order. */
  orders: number;
  /** As the server's list shows it. */
  shownState?: string;
}

export function openRelay({ cameraId, session }: RelayInput): RunningRelay {
  return {
    cameraId,
    stopped: false,
    forgive: false,
    ...session,
    retired: false,
    orders: 0,
    ...(session?.report ? { shownState: session.report.state } : {}),
  };
}

export const sessionOf = ({ report, engine, stopped, placed, forgive }: RunningRelay): RelaySession => ({
  ...(report === undefined ? {} : { report }),
  ...(engine === undefined ? {} : { engine }),
  ...(placed === undefined ? {} : { placed }),
  stopped,
  forgive,
});

/** Registers every handler before the first await, so that no early message is missed. */
export function listenToRelay(relay: RunningRelay): void {
  // The list knows the camera again; if it does not, being placed says so.
  const back = { retired: false };
  const order = (change: Partial<RunningRelay>) => () => {
    Object.assign(relay, change);
    delete relay.placed;
    relay.orders += 1;
  };
  listenInOrder([
    heard(messages.refresh, order(back)),
    heard(messages.restart, order({ ...back, stopped: false })),
    heard(messages.stop, order({ stopped: true })),
    heard(messages.credentialsChanged, order({ ...back, forgive: true })),
    heard(messages.retire, order({ retired: true })),
    heard(messages.relayReported, (report) => believe(relay, report)),
  ]);
  const setEngine = ({ engine }: { engine: RelayEngine }): { engine: RelayEngine } => {
    order({ engine })();
    return { engine };
  };
  setHandler(messages.setEngine, setEngine, { validator: checkEngine });
  setHandler(messages.relayStatus, () => ({
    cameraId: relay.cameraId,
    state: relay.report?.state ?? 'connecting',
    ...(relay.report ? { report: relay.report } : {}),
  }));
}

function checkEngine({ engine }: { engine: RelayEngine }): void {
  if (messages.relayEngines.includes(engine)) return;
  throw ApplicationFailure.create({
    type: 'InputInvalid',
    message: `engine must be one of ${messages.relayEngines.join(', ')}.`,
    nonRetryable: true,
  });
}

/** An older owner's word changes nothing; neither does one about a relay that the operator has stopped. */
export function believe(relay: RunningRelay, report: RelayReport): void {
  if (report.epoch < (relay.report?.epoch ?? 0)) return;
  if (relay.stopped && report.state !== 'stopped') return;
  relay.report = report;
  showRelay(relay);
}

/** Renews the Web UI's table, which costs no history, and the list's column when it changes. */
export function showRelay(relay: RunningRelay): void {
  const { report } = relay;
  if (!report) return;
  setCurrentDetails(shownWhole(tableOf(relay.cameraId, report)));
  showState(relay, report.state);
}

/** The last word of a relay's workflow. */
export function showDown(relay: RunningRelay, reason: string): void {
  if (relay.report) {
    const { bitsPerSecond: _, upSinceAt: __, ...report } = relay.report;
    relay.report = { ...report, state: 'stopped', sinceAt: isoFromMs(Date.now()), reason };
  }
  showRelay(relay);
  showState(relay, 'stopped');
}

function showState(relay: RunningRelay, state: RelayState): void {
  if (relay.shownState === state) return;
  relay.shownState = state;
  upsertSearchAttributes([{ key: searchAttributes.state, value: state }]);
}

function tableOf(cameraId: string, report: RelayReport): string {
  const { video, audio, bitsPerSecond } = report;
  const size = video?.width && video.height ? ` ${video.width}×${video.height}` : '';
  const rows: [string, string | undefined][] = [
    ['Since', report.sinceAt],
    ['Source', report.source],
    ['Video', video && `${video.codec}${size}`],
    ['Audio', video && (audio?.codec ?? 'none')],
    ['Bitrate when it came up', bitsPerSecond && `${(bitsPerSecond / 1e6).toFixed(2)} Mb/s`],
    ['Up since', report.upSinceAt],
    ['Restarts', String(report.restarts)],
    ['Last failure', report.reason],
    ['Engine', report.engine],
    ['Server', report.server],
    ['Viewers', report.viewUrl],
  ].map(([name, value]) => [name as string, value ? String(value) : undefined]);
  return markdownTable(
    ['Relay', `${cameraId}: ${report.state}`],
    rows.filter((row): row is [string, string] => row[1] !== undefined),
  );
}
