// What may go wrong between Longtake and Google, drawn by a seed: at which request of an undisturbed run, and how.
import type { FaultAction, FaultStep } from '../../../fakes/google/faults.ts';

type Random = () => number;

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

/** Lost requests, lost answers, answers that lie, and refusals that pass. */
const anywhere: readonly FaultAction[] = [
  { do: 'drop' },
  { do: 'applyThenDrop' },
  { do: 'applyThenStatus', status: 500 },
  { do: 'applyThenStatus', status: 503 },
  { do: 'cutAnswerAfterBytes', bytes: 20 },
  { do: 'hang' },
  { do: 'applyThenHang' },
  { do: 'error', name: 'tooManyRequests', retryAfterSeconds: 1 },
  { do: 'error', name: 'userRateLimitExceeded' },
  { do: 'error', name: 'backendError' },
  { do: 'error', name: 'authError' },
];

const ofPieces: readonly FaultAction[] = [
  { do: 'cutAfterBytes', bytes: 300_000 },
  { do: 'cutAfterBytes', bytes: 700_000 },
  { do: 'commitAtMost', bytes: 524_288 },
  { do: 'applyThenDrop' },
  { do: 'applyThenStatus', status: 502 },
  { do: 'applyThenHang' },
  { do: 'error', name: 'tooManyRequests', retryAfterSeconds: 1 },
  // The session has expired: Google keeps nothing of it.
  { do: 'status', status: 404 },
  { do: 'status', status: 410 },
];

/** The token endpoint says so when a permission was taken back. */
const revoked: FaultAction = { do: 'status', status: 400, body: { error: 'invalid_grant' } };

export interface RandomFaults {
  script: FaultStep[];
  /** `drive.upload.put 2 cutAfterBytes` */
  words: string;
}

/** @param calls Google's methods in the order of an undisturbed run */
export function drawFaults(
  random: Random,
  { calls, count }: { calls: readonly string[]; count: number },
): RandomFaults {
  const script = Array.from({ length: count }, (): FaultStep => {
    const at = Math.floor(random() * calls.length);
    const api = calls[at]!;
    const nth = calls.slice(0, at + 1).filter((name) => name === api).length;
    return { on: { api }, nth, ...actionFor(api, random) };
  });
  const words = script.map(({ on, nth, ...action }) => `${on.api} ${nth} ${action.do}`).join(', ');
  return { script, words };
}

function actionFor(api: string, random: Random): FaultAction {
  if (api === 'oauth.token') return random() < 0.5 ? revoked : { do: 'drop' };
  return pick(random, api === 'drive.upload.put' ? ofPieces : anywhere);
}
