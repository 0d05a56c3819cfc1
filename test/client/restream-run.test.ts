// Keeping the supervisor of relays running against a real Temporal: Temporal away, the supervisor terminated, cancelled, and begun by somebody else.
import { beforeAll, describe, expect, it } from 'vitest';
import { openTemporal, type TemporalDoor } from '../../src/client/connect.ts';
import { keepRestream, type SupervisorWord } from '../../src/client/restream-run.ts';
import { restreamWorkflowId } from '../../src/contract/ids.ts';
import { eventually } from '../setup/eventually.ts';
import { ownNamespace } from '../setup/own-namespace.ts';
import { runRestream } from '../workflows/restream-run.ts';

let namespace: Awaited<ReturnType<typeof ownNamespace>>;
beforeAll(async () => {
  namespace = await ownNamespace();
});

interface Kept {
  words: SupervisorWord[];
  states: () => string[];
}

/** Keeps it while `work` runs. */
async function keeping(
  open: () => Promise<TemporalDoor>,
  work: (kept: Kept) => Promise<void>,
): Promise<void> {
  const words: SupervisorWord[] = [];
  const abort = new AbortController();
  const onWord = (word: SupervisorWord): void => void words.push(word);
  const ended = keepRestream({ open, signal: abort.signal, onWord, retrySeconds: 0.2 });
  try {
    await work({ words, states: () => words.map(({ state }) => state) });
  } finally {
    abort.abort();
    await ended;
  }
}

describe('the supervisor', () => {
  it('is started as soon as Temporal answers, which is said once', async () => {
    await runRestream({ namespace }, async ({ client }) => {
      let tries = 0;
      const open = () => {
        tries += 1;
        const address = tries <= 3 ? '127.0.0.1:9' : namespace.address;
        return openTemporal({ address, namespace: namespace.namespace });
      };
      await keeping(open, async ({ states, words }) => {
        await eventually(() => states().length === 2);
        expect(tries).toBe(4);
        expect(words[0]).toMatchObject({ state: 'away', reason: expect.stringContaining('127.0.0.1:9') });
        expect(words[1]).toEqual({ state: 'runs', workflowId: restreamWorkflowId });
        expect((await client.workflow.getHandle(restreamWorkflowId).describe()).status.name).toBe('RUNNING');
      });
    });
  });

  it('that is terminated is begun again; one that is cancelled is not, until somebody begins it', async () => {
    await runRestream({ namespace }, async ({ client, startRestream }) => {
      const handle = client.workflow.getHandle(restreamWorkflowId);
      const runId = async (): Promise<string> => (await handle.describe()).runId;
      await keeping(
        () => openTemporal(namespace),
        async ({ states, words }) => {
          await eventually(() => states().length === 1);
          const first = await runId();
          await handle.terminate('by hand');
          await eventually(() => states().join() === 'runs,ended,runs');
          expect(words[1]).toEqual({ state: 'ended', reason: 'by hand' });
          const second = await runId();
          expect(second).not.toBe(first);
          await handle.cancel();
          await eventually(() => states().at(-1) === 'cancelled');
          await eventually(async () => (await handle.describe()).status.name === 'CANCELLED');
          expect(await runId()).toBe(second);
          await startRestream();
          await eventually(() => states().at(-1) === 'runs');
          expect(states()).toEqual(['runs', 'ended', 'runs', 'cancelled', 'runs']);
        },
      );
    });
  });
});
