// Activities of restream without cameras: a catalog in memory whose relays are placed and told as the real one does. For workflow tests on a real server.
import { cancellationSignal, cancelled, heartbeat } from '@temporalio/activity';
import type {
  CameraRevision,
  LiveActivities,
  PlacedRelay,
  PlaceRequest,
  RestreamActivities,
  WatchOutcome,
  WatchRequest,
} from '../../src/activities/restream/types.ts';
import { tellRelays } from '../../src/activities/restream/tell-relays.ts';
import type { RelayEngine, RelayReport } from '../../src/contract/restream-messages.ts';

export interface FakeRelay {
  wanted: boolean;
  revision: number;
  toldRevision: number;
  /** Its workflow has to be started. */
  isNew: boolean;
  epoch: number;
  engine?: RelayEngine;
  stopped?: boolean;
}

type Activities = RestreamActivities & LiveActivities;
type Named = keyof Activities;

export interface FakeCall {
  name: Named;
  request: unknown;
}

/** What an activity does in place of, or around, what it usually does. */
export type Instead = {
  [N in Named]?: (usual: Activities[N], ...request: Parameters<Activities[N]>) => ReturnType<Activities[N]>;
};

export interface FakeRestream {
  cameras?: readonly string[];
  servers?: readonly string[];
  instead?: Instead;
}

export interface FakeRestreamState {
  relays: Map<string, FakeRelay>;
  servers: string[];
  attention?: string;
  /** The list cannot be read: attention says so, and no word to accept it is carried out. */
  listAway?: boolean;
  paused: boolean;
  /** Begun, in this order; retries count again. */
  calls: FakeCall[];
  /** Cameras whose runRelay runs now: calling it ends the run by itself. */
  publishing: Map<string, () => void>;
  /** Servers whose keeper runs now, with how many. */
  keeping: string[];
  /** Watches that run now. */
  watching: number;
}

const beatMs = 30;
const pageLength = 100;
const sinceAt = '2026-01-01T00:00:00.000Z';

export const fakeRow = (): FakeRelay => ({
  ...{ wanted: true, revision: 1, toldRevision: 0, isNew: true, epoch: 0 },
});

export const fakeReport = (epoch: number, changes: Partial<RelayReport> = {}): RelayReport => ({
  ...{
    epoch,
    state: 'connecting',
    sinceAt,
    engine: 'pull',
    server: 'one',
    source: 'rtsp://camera/live',
    restarts: 0,
  },
  ...changes,
});

export function fakeRestreamActivities({ cameras = [], servers = ['one'], instead = {} }: FakeRestream) {
  const state: FakeRestreamState = {
    relays: new Map(cameras.map((id) => [id, fakeRow()])),
    servers: [...servers],
    paused: false,
    calls: [],
    publishing: new Map(),
    keeping: [],
    watching: 0,
  };
  const noted = <T extends Partial<Activities>>(activities: T): T => {
    const entries = Object.entries(activities).map(([name, usual]) => [
      name,
      (request: never) => {
        state.calls.push({ name: name as Named, request });
        const other = instead[name as Named] as ((...all: unknown[]) => unknown) | undefined;
        return other ? other(usual, request) : (usual as (one: never) => unknown)(request);
      },
    ]);
    return Object.fromEntries(entries) as T;
  };
  return { state, light: noted(lightActivities(state)), live: noted(liveActivities(state)) };
}

function lightActivities(state: FakeRestreamState): RestreamActivities {
  return {
    tellRelays: (request) =>
      tellRelays(
        {
          markTold: async (cameras) => cameras.forEach((camera) => markTold(state, camera)),
          remove: async (cameraId) => removeRelay(state, cameraId),
        },
        request,
      ),
    placeRelay: async (request) => placeRelay(state, request),
    removeRelay: async ({ cameraId }) => void removeRelay(state, cameraId),
    readPause: async () => ({ paused: state.paused }),
    setRelaysPaused: async ({ paused }) => void (state.paused = paused),
    settleServers: async () => ({ moved: 0 }),
  };
}

function markTold(
  state: FakeRestreamState,
  { cameraId, revision }: Pick<CameraRevision, 'cameraId' | 'revision'>,
) {
  const relay = state.relays.get(cameraId);
  if (relay && relay.toldRevision < revision) Object.assign(relay, { toldRevision: revision, isNew: false });
}

function removeRelay(state: FakeRestreamState, cameraId: string): boolean {
  const relay = state.relays.get(cameraId);
  if (!relay?.wanted) return state.relays.delete(cameraId);
  Object.assign(relay, { revision: relay.revision + 1, isNew: true });
  return false;
}

function placeRelay(
  state: FakeRestreamState,
  { cameraId, engine = 'pull', stopped }: PlaceRequest,
): PlacedRelay {
  const relay = state.relays.get(cameraId);
  const epoch = relay?.epoch ?? 0;
  if (!relay?.wanted)
    return { wanted: false, engine, server: '', epoch, report: fakeReport(epoch, { state: 'stopped' }) };
  Object.assign(relay, { epoch: epoch + 1, engine, stopped });
  const report = fakeReport(epoch + 1, { engine, state: stopped ? 'stopped' : 'connecting' });
  return { wanted: true, engine, server: 'one', epoch: epoch + 1, report };
}

function liveActivities(state: FakeRestreamState): LiveActivities {
  return {
    watchCameras: (request) => watchCameras(state, request),
    keepServer: async ({ server }) => {
      state.keeping.push(server);
      try {
        while (state.servers.includes(server)) await beat();
      } finally {
        state.keeping.splice(state.keeping.indexOf(server), 1);
      }
    },
    runRelay: async ({ cameraId }) => {
      let isOver = false;
      state.publishing.set(cameraId, () => (isOver = true));
      try {
        while (!isOver) await beat();
      } finally {
        state.publishing.delete(cameraId);
      }
    },
  };
}

/** Rejects when the activity is cancelled. */
async function beat(): Promise<void> {
  heartbeat();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, beatMs);
  try {
    await Promise.race([promise, cancelled()]);
  } finally {
    clearTimeout(timer);
  }
  cancellationSignal().throwIfAborted();
}

async function watchCameras(state: FakeRestreamState, request: WatchRequest): Promise<WatchOutcome> {
  state.watching += 1;
  try {
    for (;;) {
      const outcome = outcomeOf(state);
      const changes = outcome.added.length + outcome.changed.length + outcome.gone.length;
      const isKnown =
        outcome.attention === request.attention && outcome.servers.join() === request.servers.join();
      const acceptOwed = request.accept && state.listAway === true;
      if (acceptOwed && !isKnown) return { ...outcome, acceptOwed };
      if (changes > 0 || !isKnown || (request.accept && !acceptOwed)) return outcome;
      await beat();
    }
  } finally {
    state.watching -= 1;
  }
}

function outcomeOf({ relays, servers, ...state }: FakeRestreamState): WatchOutcome {
  const attention = state.listAway ? 'The list of cameras cannot be read.' : state.attention;
  const untold = [...relays].filter(([, relay]) => relay.toldRevision < relay.revision).slice(0, pageLength);
  const pick = (matches: (relay: FakeRelay) => boolean): CameraRevision[] =>
    untold.filter(([, relay]) => matches(relay)).map(([cameraId, { revision }]) => ({ cameraId, revision }));
  return {
    added: pick(({ wanted, isNew }) => wanted && isNew),
    changed: pick(({ wanted, isNew }) => wanted && !isNew),
    gone: pick(({ wanted }) => !wanted),
    servers: [...servers],
    ...(attention === undefined ? {} : { attention }),
  };
}
