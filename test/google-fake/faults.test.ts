// The script of faults: which request it strikes, and what the state is after.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGoogle, type GoogleFake } from '../fakes/google/server.ts';
import { eventually } from '../setup/eventually.ts';
import { askAs, reasonOf, type Ask } from './calls.ts';

const email = 'teacher@school.test';
let fake: GoogleFake;
let ask: Ask;

beforeEach(async () => {
  fake = await startGoogle();
  fake.accounts.addPerson(email);
  ask = askAs(fake, fake.token(email));
});
afterEach(() => fake.close());

const create = () => ask('/drive/v3/files', { method: 'POST', body: { name: 'a' } });
const on = { api: 'drive.files.create' };

describe('a fault', () => {
  it('strikes the nth request that fits, as often as told, and no other', async () => {
    fake.script([
      { on: { method: 'GET', path: '/drive/v3/about' }, do: 'status', status: 418 },
      { on: { method: 'POST', path: /files$/ }, nth: 2, times: 2, do: 'status', status: 503 },
    ]);
    const statuses: number[] = [];
    for (let index = 0; index < 4; index += 1) statuses.push((await create()).status);
    expect(statuses).toEqual([200, 503, 503, 200]);
    expect(fake.files()).toHaveLength(2);
    expect(fake.unstruckFaults()).toMatchObject([{ status: 418 }]);
  });

  it('in its own words carries a body and headers', async () => {
    const headers = { 'retry-after': '7' };
    fake.script([{ on, do: 'status', status: 503, body: { any: 'thing' }, headers }]);
    const refused = await create();
    expect([refused.status, refused.json, refused.headers.get('retry-after')]).toEqual([
      503,
      { any: 'thing' },
      '7',
    ]);
  });

  it('by name speaks as the API does, and may say when to come back', async () => {
    fake.script([{ on, do: 'error', name: 'sharingRateLimitExceeded', retryAfterSeconds: 60 }]);
    const refused = await create();
    expect([refused.status, reasonOf(refused)]).toEqual([403, 'sharingRateLimitExceeded']);
    expect(refused.headers.get('retry-after')).toBe('60');
  });

  it.each([
    [{ do: 'drop' }, 0],
    [{ do: 'cutAfterBytes', bytes: 3 }, 0],
    [{ do: 'applyThenDrop' }, 1],
    [{ do: 'cutAnswerAfterBytes', bytes: 5 }, 1],
  ] as const)('%j breaks the line and leaves %i files', async (action, count) => {
    fake.script([{ on, ...action }]);
    await expect(create()).rejects.toThrow();
    expect(fake.files()).toHaveLength(count);
    expect((await create()).status).toBe(200);
  });

  it.each([
    ['hang', 0],
    ['applyThenHang', 1],
  ] as const)('%s never answers and leaves %i files', async (action, count) => {
    fake.script([{ on, do: action }]);
    const leaving = new AbortController();
    const asked = fetch(`${fake.url}/drive/v3/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${fake.token(email)}`, 'content-type': 'application/json' },
      body: '{"name":"a"}',
      signal: leaving.signal,
    });
    const over = expect(asked).rejects.toThrow();
    await eventually(() => fake.journal.of(on.api).length === 1 && fake.files().length === count);
    expect(fake.journal.of(on.api)[0]!.status).toBeUndefined();
    leaving.abort();
    await over;
  });

  it('after the work says that it failed, though it did not', async () => {
    fake.script([{ on, do: 'applyThenStatus', status: 500 }]);
    expect((await create()).status).toBe(500);
    expect(fake.files()).toHaveLength(1);
  });

  it('that delays only delays', async () => {
    fake.script([{ on, do: 'delay', ms: 100 }]);
    const sinceMs = performance.now();
    expect((await create()).status).toBe(200);
    expect(performance.now() - sinceMs).toBeGreaterThan(90);
  });

  it('strikes the token endpoint too', async () => {
    fake.script([{ on: { api: 'oauth.token' }, do: 'status', status: 503 }]);
    expect((await fetch(`${fake.url}/token`, { method: 'POST' })).status).toBe(503);
  });
});

describe('the journal', () => {
  it('tells who asked for what, with which fault, and no token', async () => {
    fake.script([{ on, nth: 2, do: 'applyThenStatus', status: 500 }]);
    const token = fake.token(email);
    const askIt = askAs(fake, token);
    await askIt('/drive/v3/files', { method: 'POST', body: { name: 'a' }, query: { fields: 'id' } });
    await askIt('/drive/v3/files', { method: 'POST', body: { name: 'b' } });
    await askIt('/drive/v3/nothing');
    expect(fake.journal.entries).toMatchObject([
      {
        method: 'POST',
        path: '/drive/v3/files',
        ...on,
        email,
        query: { fields: 'id' },
        body: { name: 'a' },
        status: 200,
      },
      { body: { name: 'b' }, status: 500, fault: 'applyThenStatus' },
      { api: 'unknown', status: 404 },
    ]);
    expect(JSON.stringify(fake.journal.entries)).not.toContain(token);
  });
});
