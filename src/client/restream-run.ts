// Keeps the supervisor of relays running: starts it as soon as Temporal answers, and notices when it ends.
import { CancelledFailure, type Client, WorkflowFailedError } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import { restreamWorkflowId } from '../contract/ids.ts';
import type { TemporalDoor } from './connect.ts';
import { startRestream } from './restream.ts';

/**
 * `runs`: it has been started or joined; `away`: Temporal does not answer, it is tried again; `ended`: it was terminated or failed, and is
 * begun again; `cancelled`: by somebody's word, it is begun again by a word alone.
 */
export type SupervisorWord =
  | { state: 'runs'; workflowId: string }
  | { state: 'away'; reason: string }
  | { state: 'ended'; reason: string }
  | { state: 'cancelled' };

export interface KeepRestream {
  open: () => Promise<TemporalDoor>;
  /** Aborted: the supervisor runs on, nobody looks at it any more. */
  signal: AbortSignal;
  /** Each word once, until another one is true. */
  onWord: (word: SupervisorWord) => void;
  /** Between tries; 5 when absent. */
  retrySeconds?: number;
}

export async function keepRestream({ open, signal, onWord, retrySeconds = 5 }: KeepRestream): Promise<void> {
  let isCancelled = false;
  let last = '';
  const say = (word: SupervisorWord): void => {
    if (JSON.stringify(word) === last || signal.aborted) return;
    last = JSON.stringify(word);
    onWord(word);
  };
  const follow = async ({ client }: TemporalDoor): Promise<void> => {
    if (isCancelled && !(await isRunning(client))) return;
    say({ state: 'runs', workflowId: await startRestream(client) });
    const end = await endOf(client, signal);
    isCancelled = end.state === 'cancelled';
    say(end);
  };
  while (!signal.aborted) {
    try {
      const temporal = await open();
      await follow(temporal).finally(() => temporal.close());
    } catch (error) {
      say({ state: 'away', reason: error instanceof Error ? error.message : String(error) });
    }
    await delay(retrySeconds * 1000, undefined, { signal }).catch(() => undefined);
  }
}

/** Waits for it without a poll: one open request. Rejects when Temporal goes away meanwhile. */
async function endOf(client: Client, signal: AbortSignal): Promise<SupervisorWord> {
  const handle = client.workflow.getHandle(restreamWorkflowId);
  try {
    await client.withAbortSignal(signal, () => handle.result());
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    if (error.cause instanceof CancelledFailure) return { state: 'cancelled' };
    return { state: 'ended', reason: error.cause?.message ?? error.message };
  }
  return { state: 'ended', reason: 'It has completed.' };
}

const isRunning = async (client: Client): Promise<boolean> =>
  (await client.workflow.getHandle(restreamWorkflowId).describe()).status.name === 'RUNNING';
