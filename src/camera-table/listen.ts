// Hears of changes of the user's table where its trigger is installed: LISTEN on a connection of its own, made again whenever it breaks.
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { openClient } from './connection.ts';
import { changeChannel } from './trigger-sql.ts';

export interface ListenRequest {
  /** `postgres://user:password@host:port/database` */
  dsn: string;
  /** Ends the listening. */
  signal: AbortSignal;
  /**
   * Something changed, or may have: called 200 ms after the first word of a burst, and each time a connection stands,
   * since nobody keeps what was said before.
   */
  onChange: () => void;
  /** `longtake_cameras` when absent. */
  channel?: string;
  /** A connection that does not answer for this long is made again; 20 when absent. */
  pingSeconds?: number;
}

const gatherMs = 200;
const connectSeconds = 10;
const longestPauseSeconds = 30;

/** Resolves when the signal is aborted; a database that is away is tried again for ever. @throws Fault ConfigInvalid */
export async function listenForChanges(request: ListenRequest): Promise<void> {
  const { signal, onChange } = request;
  const change = gathered(onChange);
  let failures = 0;
  try {
    while (!signal.aborted) {
      await listenOnce({
        ...request,
        onChange: () => {
          failures = 0;
          change.note();
        },
      });
      const seconds = Math.min(longestPauseSeconds, 2 ** failures) * (0.5 + Math.random() / 2);
      failures += 1;
      await pause(seconds * 1000, undefined, { signal }).catch(() => {});
    }
  } finally {
    change.stop();
  }
}

/** One connection from its beginning to its end, whatever ends it. */
async function listenOnce({
  dsn,
  signal,
  onChange,
  channel = changeChannel,
  pingSeconds = 20,
}: ListenRequest): Promise<void> {
  const { client, socket } = openClient({ dsn, timeoutSeconds: connectSeconds });
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const cut = (): void => void socket.destroy();
  signal.addEventListener('abort', cut);
  client.on('notification', onChange);
  let ping: NodeJS.Timeout | undefined;
  try {
    await client.connect();
    await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    onChange();
    // A peer that vanished without a word would be waited for until TCP gives up, which is hours.
    ping = setInterval(() => {
      const patience = setTimeout(cut, pingSeconds * 1000);
      void client
        .query('select 1')
        .catch(cut)
        .finally(() => clearTimeout(patience));
    }, pingSeconds * 1000);
    await ended;
  } catch {
    // The next try says it again, and polling stands in meanwhile.
  } finally {
    clearInterval(ping);
    signal.removeEventListener('abort', cut);
    cut();
  }
}

function gathered(onChange: () => void): { note: () => void; stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    note: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        onChange();
      }, gatherMs);
    },
    stop: () => clearTimeout(timer),
  };
}
