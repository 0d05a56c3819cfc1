import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { archiveClockOffset } from '../../src/client/archive-clock.ts';

async function withServer<T>(
  date: string | undefined,
  work: (url: string, seen: string[]) => Promise<T>,
): Promise<T> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim());
    response.sendDate = false;
    if (date) response.setHeader('date', date);
    response.writeHead(401).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`127.0.0.1:${(server.address() as AddressInfo).port}`, seen);
  } finally {
    server.close();
  }
}

test('an archive’s Date header tells how far its clock is ahead, whatever else it answers', async () => {
  const aheadMs = 90_000;
  await withServer(new Date(Date.now() + aheadMs).toUTCString(), async (host, seen) => {
    expect(await archiveClockOffset(`http://user:pw@${host}/{id}/{startUnix}.flv`)).toBeCloseTo(90, -0.5);
    expect(seen).toEqual(['HEAD /']);
  });
});

test.each([
  ['no Date header', undefined],
  ['a Date that is none', 'yesterday'],
])('%s is null', async (_what, date) => {
  await withServer(date, async (host) => expect(await archiveClockOffset(`http://${host}/`)).toBeNull());
});

test.each(['rtsp://a.test/x', 'file:///a', 'http://{externalId}.test/x', 'http://127.0.0.1:9/'])(
  '%s tells no time',
  async (url) => {
    expect(await archiveClockOffset(url)).toBeNull();
  },
);
