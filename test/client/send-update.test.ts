// Updates to workflows that begin a new run under them.
import { ServiceError } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { metContinueAsNew, sendUpdate } from '../../src/client/send-update.ts';
import { queues } from '../../src/contract/queues.ts';
import { count, restless } from '../fakes/lecture-workflow.ts';
import { startCallers, type Callers } from './lecture-callers.ts';

const answer = (code: number, details: string): ServiceError => {
  const metadata = {};
  return new ServiceError('Workflow Update failed', {
    cause: Object.assign(new Error(details), { code, details, metadata }),
  });
};
const dropped = () => answer(9, 'unexpected workflow task failure');

/** Answers with these errors first, then with 7. */
function handleOf(...errors: Error[]) {
  const ids: unknown[] = [];
  return {
    ids,
    executeUpdate: (async (_: unknown, options: { updateId?: string }) => {
      ids.push(options.updateId);
      const error = errors[ids.length - 1];
      if (error) throw error;
      return 7;
    }) as never,
  };
}

const word = { update: count, args: [{ by: 1 }] as [{ by: number }] };

test('an update that met a continue-as-new is sent again under its own id', async () => {
  const handle = handleOf(dropped(), dropped());
  expect(await sendUpdate(handle, word)).toBe(7);
  expect(handle.ids).toHaveLength(3);
  expect(new Set(handle.ids).size).toBe(1);
});

test('after five times the answer of the server is handed on', async () => {
  const handle = handleOf(...Array.from({ length: 9 }, dropped));
  await expect(sendUpdate(handle, word)).rejects.toThrow('Workflow Update failed');
  expect(handle.ids).toHaveLength(5);
});

test.each([
  ['another condition', answer(9, 'workflow is paused')],
  ['another code', answer(5, 'unexpected workflow task failure')],
  ['no answer of the server', new Error('unexpected workflow task failure')],
])('%s is handed on at once', async (_, error) => {
  const handle = handleOf(error);
  await expect(sendUpdate(handle, word)).rejects.toBe(error);
  expect(handle.ids).toHaveLength(1);
  expect(metContinueAsNew(error)).toBe(false);
});

let callers: Callers;
beforeAll(async () => (callers = await startCallers()) && undefined);
afterAll(() => callers.stop());

test('none of many updates to a workflow that begins new runs all the time is lost or counted twice', async () => {
  const { client } = callers;
  const start = { workflowId: 'restless', taskQueue: queues.main, args: [{ sum: 0 }] as [{ sum: number }] };
  const handle = await client.workflow.start(restless, start);
  try {
    const sums = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const seen: number[] = [];
        for (let round = 0; round < 6; round++)
          seen.push(await sendUpdate(client.workflow.getHandle('restless'), word));
        return seen;
      }),
    );
    expect(sums.flat().toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 24 }, (_, index) => index + 1),
    );
  } finally {
    await client.workflow.getHandle(handle.workflowId).terminate();
  }
});
