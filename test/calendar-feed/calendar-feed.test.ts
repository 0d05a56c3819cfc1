// Feeds by address and by file: what is read, what is refused, and what never enters a message.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCalendarFeed, type CalendarFeed } from '../../src/calendar-feed/calendar-feed.ts';
import { Fault } from '../../src/domain/fault.ts';
import { createDownloader, type Downloader } from '../../src/transfer/http-download.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';
import { startWebhookServer, status, type WebhookServer } from '../webhook/webhook-server.ts';
import { calendar, event } from './feed-text.ts';

let dir: TempDir;
let server: WebhookServer;
let downloader: Downloader;
let feed: CalendarFeed;
beforeEach(async () => {
  dir = await tempDir();
  server = await startWebhookServer();
  downloader = createDownloader({ perHost: 2, total: 4, stallSeconds: 3, connectSeconds: 10 });
  feed = createCalendarFeed({
    fetchText: (ask) => downloader.fetchText(ask),
    maxBytes: 1 << 20,
    parseSeconds: 5,
  });
});
afterEach(async () => {
  await downloader.close();
  await server.stop();
  await dir.remove();
});

const key = 'canary-7Kp';
const range = { fromMs: Date.parse('2026-09-01'), toMs: Date.parse('2026-10-01'), timeZone: 'Europe/Moscow' };
const read = (address: string, { unless, signal }: { unless?: string; signal?: AbortSignal } = {}) =>
  feed.read({ ...range, address, unless, signal: signal ?? new AbortController().signal });
const text = calendar(event('a', 'DTSTART:20260914T071000Z', 'DURATION:PT1H', 'SUMMARY:Graphs'));
const address = (): string => `${server.url}/ical/${key}/basic.ics?token=${key}`;
const file = (name = 'room.ics'): string => join(dir.path, name);

async function faultOf(reading: Promise<unknown>): Promise<Fault> {
  const error = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Fault);
  const fault = error as Fault;
  expect(`${fault.message} ${JSON.stringify(fault.details)} ${String(fault.cause)}`).not.toContain(key);
  return fault;
}

describe('a feed', () => {
  it('is read by its address', async () => {
    server.script.push(status(200, { body: text }));
    expect((await read(address()))?.events).toMatchObject([{ id: 'a', name: 'Graphs' }]);
  });

  it('is read from a file', async () => {
    await writeFile(file(), text);
    expect((await read(file()))?.events).toMatchObject([{ id: 'a', name: 'Graphs' }]);
  });

  it('that has not changed is not read again', async () => {
    await writeFile(file(), text);
    const { digest } = (await read(file()))!;
    expect(await read(file(), { unless: digest })).toBeUndefined();
    await writeFile(file(), text.replace('Graphs', 'Trees'));
    expect((await read(file(), { unless: digest }))?.events).toMatchObject([{ name: 'Trees' }]);
  });
});

describe('a feed by address', () => {
  it.each([
    [401, 'AuthRejected'],
    [403, 'AuthRejected'],
    [404, 'NotFound'],
    [429, 'SourceBusy'],
    [500, 'SourceUnreachable'],
  ])('that answers %i is the fault %s, by its host alone', async (code, type) => {
    server.script.push(status(code));
    const fault = await faultOf(read(address()));
    expect(fault.type).toBe(type);
    expect(fault.message).toContain(`The calendar feed at ${new URL(server.url).host}`);
  });

  it('that is busy says how long to wait', async () => {
    server.script.push(status(503, { headers: { 'retry-after': '33' } }));
    expect((await faultOf(read(address()))).details).toMatchObject({ retryAfterSeconds: 33 });
  });

  it('that redirects to somebody else is not followed', async () => {
    server.script.push(status(302, { headers: { location: `http://127.0.0.2:1/${key}` } }));
    expect((await faultOf(read(address()))).type).toBe('ForbiddenUrl');
  });

  it('that is too long is not read to its end', async () => {
    server.script.push(status(200, { body: 'x'.repeat((1 << 20) + 1) }));
    const fault = await faultOf(read(address()));
    expect(fault.type).toBe('InputInvalid');
    expect(fault.message).toContain('longer than 1048576 bytes');
  });

  it('that stops in the middle is trouble of the other side', async () => {
    server.script.push((answer) => void answer.writeHead(200).write('BEGIN:VCALENDAR\r\n'));
    expect((await faultOf(read(address()))).type).toBe('SourceStalled');
  });

  it('that does not listen cannot be reached', async () => {
    const gone = address();
    await server.stop();
    const fault = await faultOf(read(gone));
    expect(fault.type).toBe('SourceUnreachable');
    server = await startWebhookServer();
  });

  it('that shows a page for signing in is no calendar', async () => {
    server.script.push(status(200, { body: `<html>${key}</html>` }));
    expect((await faultOf(read(address()))).type).toBe('InputInvalid');
  });
});

describe('a feed by file', () => {
  it('that is not there is not found', async () => {
    expect(await faultOf(read(file('none.ics')))).toMatchObject({ type: 'NotFound' });
  });

  it('that is a directory is refused', async () => {
    await mkdir(file('folder'));
    expect((await faultOf(read(file('folder')))).message).toContain('is no file');
  });

  it('that is too long is refused', async () => {
    await writeFile(file(), 'x'.repeat((1 << 20) + 1));
    expect((await faultOf(read(file()))).message).toContain('longer than');
  });

  it('that is another file shows nothing of it', async () => {
    await writeFile(file(), `root:${key}:0:0:root:/root:/bin/sh\n`);
    expect(await faultOf(read(file()))).toMatchObject({ type: 'InputInvalid' });
  });

  it.each([
    ['', 'cannot be read'],
    ['\u0000'.repeat(1000), 'cannot be read'],
    [`${'BEGIN:VCALENDAR\r\n'.repeat(20_000)}`, 'cannot be read'],
  ])('that holds rubbish is refused', async (rubbish, words) => {
    await writeFile(file(), rubbish);
    expect((await faultOf(read(file()))).message).toContain(words);
  });

  it('that takes too long is ended, and the worker goes on meanwhile', async () => {
    const slow = Array.from({ length: 40 }, (_, index) =>
      event(
        `s${index}`,
        'DTSTART:20200101T000000Z',
        'DURATION:PT1S',
        'RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30',
      ),
    );
    await writeFile(file(), calendar(...slow));
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 10);
    feed = createCalendarFeed({ fetchText: (ask) => downloader.fetchText(ask), parseSeconds: 0.5 });
    const fault = await faultOf(read(file()));
    clearInterval(ticking);
    expect(fault.message).toMatch(/takes longer than 0.5 s|repeat more often/);
    expect(ticks).toBeGreaterThan(10);
  });

  it('of which one series takes for ever is read without it, and that one is named', async () => {
    const forever = ['DTSTART:20260101T000000Z', 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', 'SUMMARY:Never'];
    const weekly = ['DTSTART:20260907T071000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=2'];
    await writeFile(file(), calendar(event('w', ...weekly), event('s', ...forever), event('v', ...weekly)));
    feed = createCalendarFeed({ fetchText: (ask) => downloader.fetchText(ask), parseSeconds: 3 });
    const found = await read(file());
    expect(found?.events.map(({ id }) => id.split('/')[0])).toEqual(['w', 'w', 'v', 'v']);
    expect(found?.unreadable).toEqual([{ uid: 's', name: 'Never', reason: 'it takes too long to read' }]);
  });

  it('is let go of when the work is cancelled', async () => {
    const slow = event('s', 'DTSTART:20200101T000000Z', 'RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30');
    await writeFile(file(), calendar(slow));
    const stopping = new AbortController();
    const reading = read(file(), { signal: stopping.signal });
    setImmediate(() => stopping.abort(new Error('cancelled')));
    await expect(reading).rejects.toThrow('cancelled');
  });
});
