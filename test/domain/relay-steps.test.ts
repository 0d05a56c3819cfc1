// How one pulled relay goes on: table of steps, and what holds for any course of events.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FaultType } from '../../src/domain/fault.ts';
import {
  cutOff,
  foundRelay,
  hurried,
  looked,
  newRelay,
  probed,
  probeFailed,
  shownState,
  type RelayAction,
  type RelayLimits,
  type RelayMemory,
  type RelayStep,
  type SeenPath,
} from '../../src/domain/relay-steps.ts';
import { sample } from './sample.ts';

const limits: RelayLimits = {
  connectMs: 10_000,
  stallMs: 10_000,
  healthyMs: 30_000,
  backoffMs: (failures) => Math.min(60_000, 5_000 * 1.5 ** failures),
};
const at = (nowMs: number) => ({ nowMs, limits });
const unreachable = { type: 'SourceUnreachable' as FaultType, message: 'no answer', mayLogIn: true };
const refusedLogin = { type: 'AuthRejected' as FaultType, message: 'login refused', mayLogIn: false };
const sends = (inboundBytes: number): SeenPath => ({ available: true, inboundBytes });
const silent: SeenPath = { available: false, inboundBytes: 0 };

/** A relay that went live at 1000 ms. */
function liveRelay(): RelayMemory {
  const asked = looked(newRelay(0), undefined, at(0)).memory;
  const added = probed(asked, 500).memory;
  return looked(added, sends(100), at(1000)).memory;
}

describe('the way up', () => {
  test('is a probe, then the path, then pictures', () => {
    const first = looked(newRelay(0), undefined, at(0));
    expect(first).toMatchObject({ actions: ['probe'], memory: { phase: 'probing' } });
    expect(looked(first.memory, undefined, at(100))).toEqual({ memory: first.memory, actions: [] });
    const second = probed(first.memory, 500);
    expect(second).toMatchObject({ actions: ['add'], memory: { phase: 'connecting', sinceMs: 500 } });
    expect(looked(second.memory, silent, at(600)).actions).toEqual([]);
    const third = looked(second.memory, sends(100), at(1000));
    expect(third).toMatchObject({ actions: [], memory: { phase: 'live', sinceMs: 1000, upSinceMs: 1000 } });
    expect([first, second, third].map(({ memory }) => shownState(memory))).toEqual([
      'connecting',
      'connecting',
      'live',
    ]);
  });

  test('of a path that stands already touches nothing', () => {
    const found = foundRelay(0, { restarts: 3, upSinceMs: -99, seen: sends(100) });
    expect(found).toMatchObject({ phase: 'live', upSinceMs: -99, restarts: 3 });
    expect(looked(found, sends(100), at(0)).actions).toEqual([]);
    const waiting = foundRelay(0, { restarts: 0, seen: silent });
    expect(waiting).toMatchObject({ phase: 'connecting' });
    expect(looked(waiting, sends(1), at(1000)).memory.phase).toBe('live');
  });
});

describe('a relay', () => {
  test.each<[string, RelayMemory, SeenPath | undefined, number, RelayAction[], object]>([
    [
      'whose path is gone is put up again, unasked',
      liveRelay(),
      undefined,
      2000,
      ['add'],
      { phase: 'connecting', failures: 0 },
    ],
    [
      'whose camera hangs up is taken down',
      liveRelay(),
      silent,
      2000,
      ['remove'],
      { phase: 'waiting', failures: 1, restarts: 1, nextTryMs: 7000 },
    ],
    [
      'without a new byte for less than the limit goes on',
      liveRelay(),
      sends(100),
      10_999,
      [],
      { phase: 'live' },
    ],
    [
      'without a new byte for the limit is replaced',
      liveRelay(),
      sends(100),
      11_000,
      ['remove'],
      { phase: 'waiting', stalled: true, restarts: 1 },
    ],
    [
      'whose path waits for a picture has time',
      probed(newRelay(0), 0).memory,
      silent,
      9_999,
      [],
      { phase: 'connecting' },
    ],
    [
      'whose path has no picture in time is taken down',
      probed(newRelay(0), 0).memory,
      silent,
      10_000,
      ['remove'],
      { phase: 'waiting', failures: 1, restarts: 0 },
    ],
    [
      'that was connected again and sends fewer bytes in all is live',
      liveRelay(),
      sends(5),
      2000,
      [],
      { phase: 'live', bytes: 5 },
    ],
  ])('%s', (_, memory, seen, nowMs, actions, expected) => {
    const step = looked(memory, seen, at(nowMs));
    expect(step.actions).toEqual(actions);
    expect(step.memory).toMatchObject(expected);
  });

  test('that stalled after a healthy run is tried at once, one that stalled soon waits', () => {
    const healthy = looked(liveRelay(), sends(200), at(40_000)).memory;
    expect(looked(healthy, sends(200), at(50_000)).memory).toMatchObject({ nextTryMs: 50_000, failures: 1 });
    const failed = { ...liveRelay(), failures: 2 };
    expect(looked(failed, sends(100), at(11_000)).memory).toMatchObject({ nextTryMs: 22_250, failures: 3 });
  });

  test('shows stalled until a probe has said something else, then since when it waits', () => {
    const stalled = looked({ ...liveRelay(), failures: 1 }, sends(100), at(11_000)).memory;
    expect(shownState(stalled)).toBe('stalled');
    const probing = looked(stalled, undefined, at(90_000)).memory;
    expect(shownState(probing)).toBe('stalled');
    const waiting = probeFailed(probing, unreachable, at(91_000)).memory;
    expect([shownState(waiting), waiting.sinceMs]).toEqual(['waiting', 91_000]);
    const again = looked(waiting, undefined, at(200_000)).memory;
    const still = probeFailed(again, unreachable, at(205_000)).memory;
    expect([shownState(still), still.sinceMs]).toEqual(['waiting', 91_000]);
  });

  test('whose login is refused for good is never tried again, and its path goes', () => {
    const asked = looked(newRelay(0), undefined, at(0)).memory;
    const may = probeFailed(asked, { ...refusedLogin, mayLogIn: true }, at(100)).memory;
    expect(may).toMatchObject({ phase: 'waiting', reason: 'login refused' });
    const refused = probeFailed(asked, refusedLogin, at(100)).memory;
    expect(shownState(refused)).toBe('refused');
    expect(looked(refused, undefined, at(1e12))).toEqual({ memory: refused, actions: [] });
    expect(looked(refused, sends(1), at(1e12)).actions).toEqual(['remove']);
  });

  test('that was cut off before its camera was asked asks again', () => {
    const probing = looked(newRelay(0), sends(9), at(0));
    expect(probing.actions).toEqual(['remove', 'probe']);
    expect(looked(cutOff(probing.memory, 100), undefined, at(100)).actions).toEqual(['probe']);
    expect(cutOff(liveRelay(), 5000)).toEqual(liveRelay());
  });
});

/** A camera, its path at the server and time: what random events are played against. */
interface World {
  nowMs: number;
  memory: RelayMemory;
  path: SeenPath | undefined;
  isOn: boolean;
  isFrozen: boolean;
  refuses: boolean;
  probesAtMs: number[];
}

const events = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({ event: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 8000 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        event: fc.constantFrom('off', 'on', 'freeze', 'thaw', 'serverRestart', 'strayPath', 'cutOff'),
      }),
    },
  ),
  { minLength: 20, maxLength: 150 },
);
type Event = { event: 'pass'; ms: number } | { event: string };

const newWorld = (): World => ({
  ...{
    nowMs: 0,
    memory: newRelay(0),
    path: undefined,
    isOn: true,
    isFrozen: false,
    refuses: false,
    probesAtMs: [],
  },
});

/** What happens at the server and the camera in that time. */
function pass(world: World, ms: number): void {
  world.nowMs += ms;
  const { path, isOn, isFrozen } = world;
  if (!path) return;
  if (!isOn) world.path = silent;
  else world.path = { available: true, inboundBytes: path.inboundBytes + (isFrozen ? 0 : ms) };
}

function answerOf({ isOn, memory, nowMs, refuses }: World): RelayStep {
  if (!isOn) return probeFailed(memory, unreachable, at(nowMs));
  return refuses ? probeFailed(memory, refusedLogin, at(nowMs)) : probed(memory, nowMs);
}

function carryOut(world: World, { memory, actions }: RelayStep): void {
  world.memory = memory;
  for (const action of actions) {
    if (action === 'remove') world.path = undefined;
    if (action === 'add') world.path ??= silent;
    if (action === 'probe') {
      world.probesAtMs.push(world.nowMs);
      carryOut(world, answerOf(world));
    }
  }
}

function happen(world: World, event: Event): void {
  if (event.event === 'pass') pass(world, (event as { ms: number }).ms);
  else if (event.event === 'off') world.isOn = false;
  else if (event.event === 'on') world.isOn = true;
  else if (event.event === 'freeze') world.isFrozen = true;
  else if (event.event === 'thaw') world.isFrozen = false;
  else if (event.event === 'serverRestart') world.path = undefined;
  else if (event.event === 'strayPath') world.path ??= silent;
  else world.memory = cutOff(world.memory, world.nowMs);
}

const lookAt = (world: World): RelayStep => looked(world.memory, world.path, at(world.nowMs));

describe('for any course of events', () => {
  test('a relay is live again once its camera is, and within the longest wait', () => {
    fc.assert(
      fc.property(events, (course) => {
        const world = newWorld();
        for (const event of course) {
          happen(world, event);
          carryOut(world, lookAt(world));
        }
        Object.assign(world, { isOn: true, isFrozen: false });
        const untilMs = world.nowMs + 60_000 + limits.connectMs + limits.stallMs + 6_000;
        while (world.nowMs < untilMs && world.memory.phase !== 'live') {
          pass(world, 2000);
          carryOut(world, lookAt(world));
        }
        expect(world.memory.phase).toBe('live');
      }),
      sample(500),
    );
  });

  test('no path is put up while a relay waits or is refused, and one that stands goes', () => {
    fc.assert(
      fc.property(events, fc.boolean(), (course, isRefused) => {
        const world = { ...newWorld(), refuses: isRefused };
        for (const event of course) {
          happen(world, event);
          const { phase } = world.memory;
          const step = lookAt(world);
          if (phase === 'waiting' || phase === 'refused') {
            expect(step.actions).not.toContain('add');
            expect(step.actions.includes('remove')).toBe(world.path !== undefined);
          }
          if (phase === 'refused') expect(step.actions).not.toContain('probe');
          carryOut(world, step);
        }
      }),
      sample(500),
    );
  });

  test('a camera is asked no more often than the wait after so many failures, which grow one by one and end with a healthy run', () => {
    let longest = 0;
    fc.assert(
      fc.property(events, (course) => {
        const world = newWorld();
        for (const event of course) {
          if (event.event === 'cutOff') continue;
          happen(world, event);
          const before = world.memory;
          const asked = world.probesAtMs.length;
          carryOut(world, lookAt(world));
          const { failures } = world.memory;
          longest = Math.max(longest, failures);
          expect([0, 1, before.failures, before.failures + 1]).toContain(failures);
          const isHealthy =
            before.upSinceMs !== undefined && world.nowMs - before.upSinceMs >= limits.healthyMs;
          if (failures < before.failures) expect(isHealthy).toBe(true);
          if (isHealthy) expect(failures).toBeLessThanOrEqual(1);
          if (world.probesAtMs.length > asked) expect(world.nowMs).toBeGreaterThanOrEqual(before.nextTryMs);
          const isFirst = before.failures === 0 || isHealthy;
          if (failures > before.failures && world.memory.phase === 'waiting' && !isFirst)
            expect(world.memory.nextTryMs).toBe(world.nowMs + limits.backoffMs(before.failures));
        }
      }),
      sample(500),
    );
    expect(longest).toBeGreaterThan(4);
  });

  test('a restart is counted for each end of a live run and for nothing else', () => {
    fc.assert(
      fc.property(events, (course) => {
        const world = newWorld();
        for (const event of course) {
          happen(world, event);
          const before = world.memory;
          carryOut(world, lookAt(world));
          const ended = before.phase === 'live' && world.path === undefined;
          expect(world.memory.restarts - before.restarts).toBe(ended ? 1 : 0);
        }
      }),
      sample(300),
    );
  });
});

describe('a path whose removal was late', () => {
  const failed = looked(liveRelay(), silent, at(60_000)).memory;

  test('stays when the server has brought it back, and is live when pictures come', () => {
    expect(failed.phase).toBe('waiting');
    const back = looked(failed, sends(500), at(61_000));
    expect(back).toMatchObject({ actions: [], memory: { phase: 'connecting', failures: 1 } });
    expect(looked(back.memory, sends(500), at(62_000)).memory.phase).toBe('connecting');
    expect(looked(back.memory, sends(600), at(63_000)).memory.phase).toBe('live');
  });

  test('goes when it has no picture, when it stalled, and when the camera has not failed', () => {
    expect(looked(failed, silent, at(61_000)).actions).toEqual(['remove']);
    expect(looked({ ...failed, stalled: true }, sends(1), at(61_000)).actions).toEqual(['remove']);
    expect(looked(newRelay(0), sends(1), at(0)).actions).toEqual(['remove', 'probe']);
    expect(looked({ ...failed, phase: 'refused' }, sends(1), at(61_000)).actions).toEqual(['remove']);
  });
});

describe('a neighbour that answers again', () => {
  const failedOnce = (failure = unreachable): RelayMemory =>
    probeFailed(looked(newRelay(0), undefined, at(0)).memory, { ...failure, mayLogIn: true }, at(0)).memory;

  test('ends the wait of one that could not be reached, once in half a minute', () => {
    const waiting = failedOnce();
    const first = hurried(waiting, 1_000);
    expect(first).toMatchObject({ nextTryMs: 1_000, failures: waiting.failures });
    const again = probeFailed(looked(first, undefined, at(1_000)).memory, unreachable, at(1_000)).memory;
    expect(again.nextTryMs).toBe(1_000 + limits.backoffMs(1));
    expect(hurried(again, 2_000)).toBe(again);
    const late = { ...again, nextTryMs: 60_000 };
    expect(hurried(late, 31_000).nextTryMs).toBe(31_000);
  });

  test('does not hurry one whose login was refused, that is live, or whose try is due', () => {
    const refused = failedOnce(refusedLogin);
    const due = { ...failedOnce(), nextTryMs: 500 };
    for (const memory of [refused, liveRelay(), due, newRelay(0)])
      expect(hurried(memory, 1_000)).toBe(memory);
    const unlocked = probeFailed({ ...refused, phase: 'probing' }, unreachable, at(0)).memory;
    expect(hurried(unlocked, 1_000).nextTryMs).toBe(1_000);
  });
});
