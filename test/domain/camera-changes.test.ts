// What a read of the list of cameras changes: newcomers at once, leavers after a second look, broken lists nothing.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cameraChanges, type CameraChangeFacts, type CameraRead } from '../../src/domain/camera-changes.ts';
import { sample } from './sample.ts';

/** `a=1 b=2`: ids with fingerprints. */
const list = (text: string): Map<string, string> =>
  new Map(
    text
      .split(' ')
      .filter(Boolean)
      .map((pair) => pair.split('=') as [string, string]),
  );
const read = (text: string): CameraRead => ({ cameras: list(text) });
const numbered = (count: number, from = 0): Map<string, string> =>
  new Map(Array.from({ length: count }, (_, index) => [`cam-${from + index}`, '1']));
const decide = (facts: Partial<CameraChangeFacts>) =>
  cameraChanges({ lastGood: list('a=1 b=1'), read: read('a=1 b=1'), missing: new Map(), nowMs: 0, ...facts });

const nothing = { added: [], changed: [], gone: [] };

describe('one read', () => {
  test.each([
    ['equal', 'a=1 b=1', nothing],
    ['a newcomer', 'a=1 b=1 c=1', { ...nothing, added: ['c'] }],
    ['another fingerprint', 'a=2 b=1', { ...nothing, changed: ['a'] }],
    ['one absent', 'a=1', nothing],
    ['one absent, one new, one changed', 'b=2 c=1', { ...nothing, added: ['c'], changed: ['b'] }],
  ])('%s', (_, text, wanted) => {
    expect(decide({ read: read(text) })).toMatchObject(wanted);
  });

  test('the first list ever is all new, and an empty one alarms nobody', () => {
    expect(decide({ lastGood: new Map() })).toEqual({ ...nothing, added: ['a', 'b'], missing: new Map() });
    expect(decide({ lastGood: new Map(), read: read('') })).toEqual({ ...nothing, missing: new Map() });
  });
});

describe('a camera that is missed', () => {
  test.each([
    ['missed for the first time', {}, []],
    ['missed again too soon', { b: 70_001 }, []],
    ['missed again after 30 s', { b: 70_000 }, ['b']],
    ['missed again at a time before the first, because the clock was set back', { b: 200_000 }, []],
  ])('%s', (_, missing, gone) => {
    const facts = { read: read('a=1'), missing: new Map(Object.entries(missing)), nowMs: 100_000 };
    expect(decide(facts)).toMatchObject({ gone });
    expect(decide(facts)).not.toHaveProperty('attention');
  });

  test('is gone after two reads 30 s apart, again until the last good list is without it', () => {
    const first = decide({ read: read('a=1') });
    expect(first.gone).toEqual([]);
    const soon = decide({ read: read('a=1'), missing: first.missing, nowMs: 10_000 });
    expect(soon.gone).toEqual([]);
    const second = decide({ read: read('a=1'), missing: soon.missing, nowMs: 30_000 });
    expect(second.gone).toEqual(['b']);
    const again = decide({ read: read('a=1'), missing: second.missing, nowMs: 32_000 });
    expect(again.gone).toEqual(['b']);
    const done = decide({ lastGood: list('a=1'), read: read('a=1'), missing: again.missing, nowMs: 34_000 });
    expect(done).toEqual({ ...nothing, missing: new Map() });
  });

  test('waits anew when the clock was set back', () => {
    const { missing } = decide({ read: read('a=1'), missing: new Map([['b', 9e9]]), nowMs: 100_000 });
    expect(decide({ read: read('a=1'), missing, nowMs: 129_999 }).gone).toEqual([]);
    expect(decide({ read: read('a=1'), missing, nowMs: 130_000 }).gone).toEqual(['b']);
  });

  test('needs two reads even when no time has to pass between them', () => {
    const first = decide({ read: read('a=1'), confirmMs: 0 });
    expect(first.gone).toEqual([]);
    expect(decide({ read: read('a=1'), confirmMs: 0, missing: first.missing }).gone).toEqual(['b']);
  });

  test('begins anew after it was seen', () => {
    const first = decide({ read: read('a=1') });
    const seen = decide({ missing: first.missing, nowMs: 40_000 });
    expect(seen.missing).toEqual(new Map());
    expect(decide({ read: read('a=1'), missing: seen.missing, nowMs: 80_000 }).gone).toEqual([]);
  });
});

describe('a read that is not believed', () => {
  const longMissing = (ids: Iterable<string>) => new Map([...ids].map((id) => [id, -1e9]));

  test.each([
    ['4 cameras losing 3', 4, 1, undefined],
    ['5 cameras losing 1', 5, 4, undefined],
    ['5 cameras losing 2', 5, 3, '2 of 5 cameras vanished from the list at once, more than 20 %.'],
    ['35 cameras losing 7', 35, 28, undefined],
    ['1000 cameras losing 200', 1000, 800, undefined],
    ['1000 cameras losing 201', 1000, 799, '201 of 1000 cameras vanished'],
    ['2 cameras losing both', 2, 0, 'The list of cameras is empty, after 2 cameras before.'],
    ['1000 cameras losing all', 1000, 0, 'The list of cameras is empty, after 1000 cameras before.'],
  ])('%s', (_, before, after, attention) => {
    const lastGood = numbered(before);
    const answer = decide({
      lastGood,
      read: { cameras: numbered(after) },
      missing: longMissing(lastGood.keys()),
    });
    expect(answer.gone).toHaveLength(attention === undefined ? before - after : 0);
    if (attention === undefined) expect(answer).not.toHaveProperty('attention');
    else {
      expect(answer.attention).toContain(attention);
      expect(answer.attention).toMatch(/No relay is taken down\. Check .*longtake restream accept/);
    }
  });

  test('adds and changes all the same', () => {
    const cameras = new Map([...numbered(10, 100), ['cam-3', '2']]);
    const answer = decide({ lastGood: numbered(10), read: { cameras } });
    expect(answer).toMatchObject({ added: [...numbered(10, 100).keys()], changed: ['cam-3'], gone: [] });
    expect(answer.attention).toContain('9 of 10 cameras');
  });

  test('is no look at those it misses, but those it shows are there', () => {
    const facts = { lastGood: numbered(10), read: { cameras: numbered(5, 0) }, nowMs: 5 };
    const missing = new Map([
      ['cam-0', 1],
      ['cam-9', 2],
      ['long-gone', 3],
    ]);
    expect(decide({ ...facts, missing }).missing).toEqual(new Map([['cam-9', 2]]));
  });

  test('that fails changes nothing and says why', () => {
    const missing = new Map([['b', -1e9]]);
    const answer = decide({ read: { error: 'the connection was refused.' }, missing });
    expect(answer).toMatchObject({ ...nothing, missing });
    expect(answer.attention).toMatch(
      /^The list of cameras cannot be read: the connection was refused\. No relay/,
    );
    expect(decide({ lastGood: new Map(), read: { error: 'x' } }).attention).toContain(
      'No camera is relayed yet',
    );
  });
});

describe('for any lists', () => {
  const id = fc.integer({ min: 0, max: 11 }).map((n) => `cam-${n}`);
  const anyList = fc
    .uniqueArray(fc.tuple(id, fc.constantFrom('1', '2')), { selector: ([one]) => one })
    .map((pairs) => new Map(pairs));
  /** All but a few: what a real list looks like. */
  const nearlyAll = fc
    .uniqueArray(fc.constantFrom<string>('cam-0', 'cam-1', 'cam-2'), { maxLength: 2 })
    .map((without) => new Map([...numbered(12)].filter(([one]) => !without.includes(one))));
  const anyRead = fc.oneof(
    { weight: 20, arbitrary: nearlyAll.map((cameras): CameraRead => ({ cameras })) },
    { weight: 2, arbitrary: anyList.map((cameras): CameraRead => ({ cameras })) },
    { weight: 1, arbitrary: fc.constant<CameraRead>({ error: 'away' }) },
  );
  const steps = fc.array(fc.record({ read: anyRead, afterMs: fc.integer({ min: 0, max: 40_000 }) }), {
    minLength: 8,
  });

  interface Step extends CameraChangeFacts {
    answer: ReturnType<typeof cameraChanges>;
  }

  /** What a supervisor does: each decision is applied to the last good list, the state is carried. */
  function follow(first: Map<string, string>, reads: { read: CameraRead; afterMs: number }[]): Step[] {
    let lastGood = first;
    let missing: ReadonlyMap<string, number> = new Map();
    let nowMs = 0;
    return reads.map(({ read: one, afterMs }) => {
      nowMs += afterMs;
      const facts = { lastGood, read: one, missing, nowMs };
      const answer = cameraChanges(facts);
      lastGood = new Map(lastGood);
      if ('cameras' in one)
        for (const key of [...answer.added, ...answer.changed]) lastGood.set(key, one.cameras.get(key)!);
      for (const key of answer.gone) lastGood.delete(key);
      missing = answer.missing;
      return { ...facts, answer };
    });
  }

  test('what a read shows is in the list afterwards and never gone', () => {
    fc.assert(
      fc.property(anyList, steps, (first, reads) => {
        const followed = follow(first, reads);
        for (const [index, { read: one, answer }] of followed.entries()) {
          if ('error' in one) continue;
          const next = followed[index + 1]?.lastGood;
          for (const [key, print] of one.cameras) {
            expect(answer.gone).not.toContain(key);
            if (next) expect(next.get(key)).toBe(print);
          }
        }
      }),
      sample(500),
    );
  });

  test('what is gone was missed by this read and one 30 s ago or more, with no read between that shows it', () => {
    let count = 0;
    fc.assert(
      fc.property(anyList, steps, (first, reads) => {
        const followed = follow(first, reads);
        for (const [index, { nowMs, answer }] of followed.entries()) {
          for (const key of answer.gone) {
            count += 1;
            const good = followed
              .slice(0, index + 1)
              .flatMap((step) => ('cameras' in step.read ? [{ ...step, cameras: step.read.cameras }] : []));
            const seen = good.findLastIndex((step) => step.cameras.has(key));
            const missed = good.slice(seen + 1);
            expect(missed.length).toBeGreaterThanOrEqual(2);
            expect(nowMs - missed[0]!.nowMs).toBeGreaterThanOrEqual(30_000);
          }
        }
      }),
      sample(500),
    );
    expect(count).toBeGreaterThan(50);
  });

  test('an empty read, a failed one, and one that misses over a fifth of five or more take nobody down', () => {
    fc.assert(
      fc.property(anyList, anyRead, fc.integer(), (lastGood, one, nowMs) => {
        const missing = new Map([...lastGood.keys()].map((key) => [key, -1e12]));
        const answer = cameraChanges({ lastGood, read: one, missing, nowMs });
        const present = 'error' in one ? undefined : one.cameras;
        const absent = [...lastGood.keys()].filter((key) => !present?.has(key));
        const broken = !present || (lastGood.size > 0 && present.size === 0);
        const vanished = lastGood.size >= 5 && absent.length * 5 > lastGood.size;
        expect(answer.gone).toEqual(broken || vanished ? [] : absent);
        expect(answer.attention !== undefined).toBe(broken || vanished);
      }),
      sample(500),
    );
  });

  test('a camera that flaps between reads is never gone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 600_000 }), { minLength: 4 }), (pauses) => {
        const reads = pauses.map((afterMs, index) => ({
          read: { cameras: numbered(index % 2 === 0 ? 9 : 10) },
          afterMs,
        }));
        for (const { answer } of follow(numbered(10), reads)) expect(answer.gone).toEqual([]);
      }),
      sample(500),
    );
  });
});
