// Publishes one camera with ffmpeg for as long as its row wants it from us: tries, waits, and tries again.
import type { Fault } from '../../domain/fault.ts';
import { healthyRunSeconds, relayBackoffSeconds } from '../../domain/relay-backoff.ts';
import { ownHeartbeat } from '../own-heartbeat.ts';
import type { RestreamDeps } from './restream-deps.ts';
import { tryRelay, type Trying } from './run-relay-attempt.ts';
import {
  isOver,
  isRefused,
  look,
  noteRefusal,
  openRelay,
  rest,
  waitForLogin,
  type OwnRelay,
} from './run-relay-own.ts';
import { createTelling } from './run-relay-telling.ts';
import { wordToEnd } from './word-to-end.ts';

const tickMs = 1000;

/**
 * Ends when a newer owner has the relay, or its row wants none of this engine; ffmpeg is gone by then, but for one that is handed over. A pause is waited out here, for
 * ending would cost history. Failures of camera and server are states, never errors. A Temporal server that is silent ends nothing: the row's
 * epoch says when somebody newer has the relay.
 */
export async function runRelay(deps: RestreamDeps, { cameraId }: { cameraId: string }): Promise<void> {
  const own = await openRelay(deps, {
    cameraId,
    signal: wordToEnd(deps, { silence: ['timedOut', 'notFound'] }),
  });
  if (!own) return;
  const telling = createTelling(own, ownHeartbeat());
  const ticks = setInterval(telling.tick, tickMs);
  const trying: Trying = { own, telling };
  try {
    for (let failures = 0; !isOver(own);) {
      if (own.isPaused) await bePaused(trying);
      else if (isRefused(own)) await beRefused(trying);
      else failures = await tryAndRest(trying, failures);
    }
  } finally {
    clearInterval(ticks);
  }
}

async function bePaused({ own, telling }: Trying): Promise<void> {
  telling.enter('stopped', 'All relays are paused.');
  while (own.isPaused && !isOver(own)) await rest(own, { seconds: 3600, until: () => !own.isPaused });
}

async function beRefused({ own, telling }: Trying): Promise<void> {
  telling.enter('refused', telling.shown.reason ?? 'The camera refuses the login.');
  await waitForLogin(own);
}

/** Answers how many tries have failed since the last healthy run. */
async function tryAndRest(trying: Trying, failedBefore: number): Promise<number> {
  const { own, telling } = trying;
  const fault = await tryRelay(trying);
  if (!fault) return 0;
  const { upSinceMs } = telling.shown;
  const isHealthy = upSinceMs !== undefined && Date.now() - upSinceMs >= healthyRunSeconds * 1000;
  const failures = isHealthy ? 0 : failedBefore;
  const isStall = fault.type === 'SourceStalled' && upSinceMs !== undefined;
  if (fault.type === 'AuthRejected') await noteRefusal(own);
  // A refused token or a broken connection may be a newer owner's doing.
  await look(own);
  if (isOver(own)) return failures;
  if (isRefused(own)) telling.enter('refused', fault.message);
  else telling.enter(isStall ? 'stalled' : 'waiting', fault.message);
  const { revision } = own.row;
  const until = (): boolean => own.isPaused || own.row.revision !== revision;
  if (!isRefused(own)) await rest(own, { seconds: waitSeconds(own, { fault, failures, isStall }), until });
  return failures + 1;
}

interface Failed {
  fault: Fault;
  failures: number;
  isStall: boolean;
}

function waitSeconds({ deps: { settings } }: OwnRelay, { fault, failures, isStall }: Failed): number {
  // It has been waited for long enough.
  if (isStall && failures === 0) return 0;
  const { restartSeconds, backoffSeconds } = settings;
  const atServer = { restartSeconds: Math.min(1, restartSeconds), backoffSeconds: restartSeconds };
  // The camera has done nothing wrong when MediaMTX breaks off.
  const range = fault.type === 'PeerDropped' ? atServer : { restartSeconds, backoffSeconds };
  const seconds = relayBackoffSeconds({ ...range, failures, jitter: Math.random() });
  return Math.max(seconds, Math.min(fault.details.retryAfterSeconds ?? 0, backoffSeconds));
}
