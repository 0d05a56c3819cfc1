// A keeper asks a camera before MediaMTX may: the answer, or the reason why there is none.
import { setTimeout as delay } from 'node:timers/promises';
import { isFault } from '../../domain/fault.ts';
import { hurried, probed, probeFailed, type RelayStep } from '../../domain/relay-steps.ts';
import { askBudgetMs } from './connect-budget.ts';
import { putUp } from './keep-paths.ts';
import type { Keeping } from './keeping.ts';
import type { KeptRelay } from './kept-relay.ts';
import { loginsAllowed, loginWindowSeconds } from './logins.ts';

/** Puts the path up when the camera answers. A relay that was placed anew meanwhile is left alone. */
export async function probe(keeping: Keeping, relay: KeptRelay): Promise<void> {
  const step = await ask(keeping, relay);
  if (keeping.signal.aborted || keeping.kept.get(relay.row.cameraId) !== relay) return;
  relay.memory = step.memory;
  if (!step.actions.includes('add')) return;
  hurryNeighbours(keeping, relay);
  await placeInBudget(keeping, relay);
  await keeping.turns.soon(() => putUp(keeping, relay));
}

/** MediaMTX connects as well as we did. */
async function placeInBudget({ budget, now, signal }: Keeping, { host }: KeptRelay): Promise<void> {
  while (!budget.take(host, now())) await delay(askBudgetMs, undefined, { signal });
}

/** The switch is back, most likely: the others behind it need not wait for their time. Their tries keep to the budget. */
function hurryNeighbours({ kept, now }: Keeping, { neighbourhood }: KeptRelay): void {
  for (const other of kept.values())
    if (other.neighbourhood === neighbourhood) other.memory = hurried(other.memory, now());
}

async function ask(keeping: Keeping, relay: KeptRelay): Promise<RelayStep> {
  const { deps, limits, settings, signal } = keeping;
  try {
    const { source: url } = relay;
    const { video, audio, certificateSha256 } = await deps.probe({
      url,
      timeoutSeconds: settings.connectSeconds,
      signal,
    });
    if (certificateSha256) relay.certificateSha256 = certificateSha256;
    relay.streams = { video, ...(audio ? { audio: { codec: audio.codec } } : {}) };
    return probed(relay.memory, keeping.now());
  } catch (error) {
    const type = isFault(error) ? error.type : 'SourceUnreachable';
    const message = error instanceof Error ? error.message : String(error);
    const mayLogIn = type !== 'AuthRejected' || (await mayLogInAgain(keeping, relay.row.cameraId));
    return probeFailed(relay.memory, { type, message, mayLogIn }, { nowMs: keeping.now(), limits });
  }
}

/** A catalog that is away cannot count: then nothing more is risked. */
async function mayLogInAgain({ deps }: Keeping, cameraId: string): Promise<boolean> {
  const refusal = { cameraId, atMs: Date.now(), windowSeconds: loginWindowSeconds };
  const refused = await deps.catalog.relays.noteRefusal(refusal).catch(() => undefined);
  return refused !== undefined && refused.length < loginsAllowed;
}
