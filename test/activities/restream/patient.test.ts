// Patience: what would end work for good is tried again half a minute later, everything else passes as it is.
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { patient } from '../../../src/activities/restream/patient.ts';
import { Fault } from '../../../src/domain/fault.ts';

const failing = (error: unknown) =>
  patient({ work: (_: { cameraId: string }) => Promise.reject<void>(error as Error) });
const failureOf = (error: unknown): Promise<unknown> =>
  failing(error)
    .work({ cameraId: 'hall' })
    .catch((failure: unknown) => failure);

it('passes requests and answers', async () => {
  const { double } = patient({ double: ({ n }: { n: number }) => Promise.resolve(2 * n) });
  expect(await double({ n: 4 })).toBe(8);
});

it('repeats later what is not to be repeated elsewhere, with its type, sentence and details', async () => {
  const failure = await failureOf(new Fault('ConfigInvalid', 'No key.', { exitCode: 3 }));
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect(failure).toMatchObject({
    ...{ type: 'ConfigInvalid', nonRetryable: false, nextRetryDelay: 30_000 },
    message: expect.stringMatching(/^No key\. Correct the named key/),
    details: [{ exitCode: 3 }],
  });
});

it.each([
  ['a fault that is retried anyway', new Fault('CatalogUnavailable', 'away')],
  ['the end of the activity', new CancelledFailure('cancelled')],
  ['what nobody foresaw', new TypeError('x is not a function')],
  ['a failure that may be retried', ApplicationFailure.retryable('again', 'Again')],
])('lets %s pass untouched', async (_, error) => {
  expect(await failureOf(error)).toBe(error);
});
