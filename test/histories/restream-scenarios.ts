// The relays whose histories are saved: each way a relay, a keeper or the supervisor may go, on activities that answer at once.
import type { WorkflowHandle } from '@temporalio/client';
import * as messages from '../../src/contract/restream-messages.ts';
import type { RelayState } from '../../src/contract/restream-messages.ts';
import { fakeReport, fakeRow, type FakeRestream } from '../fakes/restream-activities.ts';
import { eventually } from '../setup/eventually.ts';
import type { RestreamStage } from '../workflows/staged-restream.ts';

export interface RestreamScenario {
  /** Name of the files: `<name>.json`. */
  name: string;
  given?: FakeRestream;
  /** What happens; answers the workflow whose runs are saved then, ended or not. */
  play: (stage: RestreamStage) => Promise<Pick<WorkflowHandle, 'workflowId'>>;
}

type Relay = Awaited<ReturnType<RestreamStage['startRelay']>>;

const cameraId = 'cam-1';
const cameras = [cameraId];
const least = { sessionEvents: 40 };

const placements = ({ state }: RestreamStage): number =>
  state.calls.filter(({ name }) => name === 'placeRelay').length;

/** Sends an order and waits until it has been carried out. */
async function ordered(stage: RestreamStage, send: () => Promise<unknown>): Promise<void> {
  const before = placements(stage);
  await send();
  await eventually(() => placements(stage) > before, { what: 'an order carried out' });
}

/** As its keeper or publisher would tell it. */
async function told({ state }: RestreamStage, relay: Relay, told: RelayState): Promise<void> {
  const { epoch = 0, engine = 'pull' } = state.relays.get(cameraId) ?? {};
  const video = { codec: 'h264', width: 1280, height: 720 };
  const failure = { reason: 'The camera at camera refuses the connection.' };
  const more = told === 'live' ? { video, audio: { codec: 'g711' }, bitsPerSecond: 2_000_000 } : failure;
  await relay.signal(messages.relayReported, fakeReport(epoch, { state: told, engine, ...more }));
  await eventually(async () => (await relay.query(messages.relayStatus)).state === told, { what: told });
}

async function begun(stage: RestreamStage, input: object = {}): Promise<Relay> {
  let relay: Relay | undefined;
  await ordered(stage, async () => (relay = await stage.startRelay({ cameraId, ...input })));
  return relay!;
}

/** The camera leaves the list, and its relay ends. */
async function retired({ state }: RestreamStage, relay: Relay): Promise<Relay> {
  Object.assign(state.relays.get(cameraId)!, { wanted: false });
  await relay.signal(messages.retire);
  await relay.result();
  return relay;
}

const engine = (relay: Relay, name: 'pull' | 'ffmpeg') => () =>
  relay.executeUpdate(messages.setEngine, { args: [{ engine: name }] });

const relayScenarios: RestreamScenario[] = [
  {
    name: 'restreamCamera-complete',
    play: async (stage) => {
      const relay = await begun(stage);
      for (const state of ['live', 'waiting', 'stalled', 'live'] as const) await told(stage, relay, state);
      for (const order of [messages.refresh, messages.stop, messages.restart])
        await ordered(stage, () => relay.signal(order));
      return await retired(stage, relay);
    },
  },
  {
    name: 'restreamCamera-refused',
    play: async (stage) => {
      const relay = await begun(stage);
      await told(stage, relay, 'refused');
      await ordered(stage, () => relay.signal(messages.credentialsChanged));
      await told(stage, relay, 'live');
      return await retired(stage, relay);
    },
  },
  {
    name: 'restreamCamera-ffmpeg',
    play: async (stage) => {
      const relay = await begun(stage);
      await ordered(stage, engine(relay, 'ffmpeg'));
      await eventually(() => stage.state.publishing.has(cameraId));
      await told(stage, relay, 'live');
      await ordered(stage, () => relay.signal(messages.stop));
      await ordered(stage, () => relay.signal(messages.restart));
      await eventually(() => stage.state.publishing.has(cameraId));
      // Its row was taken by somebody else: it looks again after a while.
      await ordered(stage, async () => stage.state.publishing.get(cameraId)!());
      return await retired(stage, relay);
    },
  },
  {
    name: 'restreamCamera-engine-switch',
    play: async (stage) => {
      const relay = await begun(stage);
      for (const name of ['ffmpeg', 'pull', 'ffmpeg', 'pull'] as const) {
        await ordered(stage, engine(relay, name));
        await told(stage, relay, 'live');
      }
      return await retired(stage, relay);
    },
  },
  {
    name: 'restreamCamera-cancelled',
    play: async (stage) => {
      const relay = await begun(stage);
      await ordered(stage, engine(relay, 'ffmpeg'));
      await eventually(() => stage.state.publishing.has(cameraId));
      await relay.cancel();
      await relay.result().catch(() => undefined);
      return relay;
    },
  },
  {
    name: 'restreamCamera-continue-as-new',
    play: async (stage) => {
      const relay = await begun(stage, least);
      for (let round = 0; round < 12; round += 1) {
        if (round === 6) await ordered(stage, engine(relay, 'ffmpeg'));
        await ordered(stage, () => relay.signal(messages.restart));
      }
      return await retired(stage, relay);
    },
  },
];

const keeperScenarios: RestreamScenario[] = [
  {
    name: 'restreamServer-complete',
    play: async ({ startKeeper, state }) => {
      const keeper = await startKeeper({ server: 'one' });
      await eventually(() => state.keeping.includes('one'));
      state.servers.splice(0);
      await keeper.result();
      return keeper;
    },
  },
  {
    name: 'restreamServer-continue-as-new',
    play: async ({ startKeeper, state }) => {
      const keeper = await startKeeper({ server: 'one', ...least });
      await eventually(() => state.keeping.includes('one'));
      for (let word = 0; word < 60; word += 1) await keeper.signal(messages.refresh);
      await eventually(async () => (await keeper.describe()).historyLength < least.sessionEvents);
      return keeper;
    },
  },
];

const words = [messages.pauseRelays, messages.resumeRelays, messages.serversChanged, messages.acceptList];

/** Cameras come, change and go, servers too, and somebody has to look. */
async function listChanges({ client, state }: RestreamStage, supervisor: WorkflowHandle): Promise<void> {
  await eventually(() => state.relays.get(cameraId)?.toldRevision === 1, { what: 'a relay started' });
  state.relays.set('cam-2', fakeRow());
  await eventually(() => state.relays.get('cam-2')?.toldRevision === 1, { what: 'another one' });
  Object.assign(state.relays.get(cameraId)!, { revision: 2 });
  await eventually(() => state.relays.get(cameraId)?.toldRevision === 2, { what: 'a change told' });
  state.servers.push('two');
  state.attention = 'The list of cameras cannot be read.';
  const attention = async () => (await client.workflow.getHandle(supervisor.workflowId).query(messages.restreamStatus)).attention;
  await eventually(async () => (await attention()) !== undefined);
  delete state.attention;
  await eventually(async () => (await attention()) === undefined);
  Object.assign(state.relays.get('cam-2')!, { wanted: false, revision: 2 });
  await eventually(() => !state.relays.has('cam-2'), { what: 'a relay retired' });
}

const supervisorScenarios: RestreamScenario[] = [
  {
    name: 'restream-orders',
    play: async (stage) => {
      const supervisor = await stage.startRestream();
      await listChanges(stage, supervisor);
      for (const word of words) {
        const watches = stage.state.calls.filter(({ name }) => name === 'watchCameras').length;
        await supervisor.signal(word);
        await eventually(
          () => stage.state.calls.filter(({ name }) => name === 'watchCameras').length > watches,
          { what: `a watch after ${word.name}` },
        );
      }
      return supervisor;
    },
  },
  {
    name: 'restream-continue-as-new',
    play: async (stage) => {
      const supervisor = await stage.startRestream(least);
      await listChanges(stage, supervisor);
      await supervisor.signal(messages.pauseRelays);
      await eventually(() => stage.state.paused);
      return supervisor;
    },
  },
];

export const restreamScenarios: readonly RestreamScenario[] = [
  ...relayScenarios,
  ...keeperScenarios,
  ...supervisorScenarios,
].map((scenario) => ({ ...scenario, given: { cameras, ...scenario.given } }));
