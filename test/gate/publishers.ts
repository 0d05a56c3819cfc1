// Publishers of a small moving picture by ffmpeg, and what MediaMTX says of the path they publish to.
import type { RunEnd } from '../../src/process/run-spec.ts';
import { mintToken } from '../../src/gate/token.ts';
import { eventually } from '../setup/eventually.ts';
import { testRun } from '../setup/test-tools.ts';
import type { MediaMtxServer } from '../../src/embedded/mediamtx-server.ts';

export type Server = Pick<MediaMtxServer, 'users' | 'apiUrl' | 'rtspPort'>;

export interface Publisher extends AsyncDisposable {
  ended: Promise<RunEnd>;
  stop(): Promise<void>;
}

/** Publishes until it is stopped or thrown out. `password` is a token for the user relay. */
export async function publish(
  { rtspPort }: Server,
  { path, user = 'relay', password }: { path: string; user?: string; password: string },
): Promise<Publisher> {
  const run = await testRun();
  const abort = new AbortController();
  const picture = 'testsrc2=size=160x120:rate=10';
  const encode = '-c:v libx264 -preset ultrafast -tune zerolatency -g 10 -f rtsp -rtsp_transport tcp';
  const login = user === '' ? '' : `${user}:${password}@`;
  const ended = run({
    command: 'ffmpeg',
    args: [
      ...['-nostdin', '-v', 'error', '-re', '-f', 'lavfi', '-i', picture, ...encode.split(' ')],
      `rtsp://${login}127.0.0.1:${rtspPort}/${path}`,
    ],
    signal: abort.signal,
  });
  ended.catch(() => undefined);
  const stop = async (): Promise<void> => {
    abort.abort();
    await ended.catch(() => undefined);
  };
  return { ended, stop, [Symbol.asyncDispose]: stop };
}

/** A token of this server that is good for a minute, unless the test says otherwise. */
export const tokenFor = (
  { users }: Server,
  spec: { path: string; epoch: number; expiresAtMs?: number },
): string => mintToken({ key: users.gateKey, expiresAtMs: Date.now() + 60_000, ...spec });

export const basic = ({ user, password }: { user: string; password: string }): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

export interface PathNow {
  source: string;
  bytes: number;
}

/** Who publishes a path now, and how much has come; undefined while nobody does. */
export async function pathNow({ apiUrl, users }: Server, path: string): Promise<PathNow | undefined> {
  const answer = await fetch(`${apiUrl}/v3/paths/get/${path}`, { headers: basic(users.api) });
  const found = (await answer.json()) as {
    available?: boolean;
    source?: { id: string };
    inboundBytes?: number;
  };
  if (!answer.ok || found.available !== true || !found.source) return undefined;
  return { source: found.source.id, bytes: found.inboundBytes ?? 0 };
}

/** The publisher of a path, once there is one, other than `before`. */
export const published = (
  server: Server,
  path: string,
  { before, seconds = 20 }: { before?: PathNow | undefined; seconds?: number } = {},
): Promise<PathNow> =>
  eventually(
    async () => {
      const now = await pathNow(server, path);
      return now !== undefined && now.source !== before?.source && now;
    },
    { seconds, what: `a publisher of ${path}` },
  ) as Promise<PathNow>;

/** Returns when more has come from the same publisher. */
export const flows = (server: Server, path: string, since: PathNow): Promise<unknown> =>
  eventually(
    async () => {
      const now = await pathNow(server, path);
      return now?.source === since.source && now.bytes > since.bytes;
    },
    { what: `more of ${path} from the same publisher` },
  );
