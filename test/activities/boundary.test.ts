// What Temporal is told of errors: faults by their table, no space as a full disk whoever met it, anything else as it came.
import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { translateError } from '../../src/activities/boundary.ts';
import { failures } from '../../src/contract/failures.ts';
import { Fault } from '../../src/domain/fault.ts';

const errnoError = (code: string): Error =>
  Object.assign(new Error(`${code}: no space left on device, write`), { code });

test('a fault has its type, its sentence and the remedy', () => {
  const failure = translateError(new Fault('NotFound', 'There is no camera x', { camera: 'x' }));
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect(failure).toMatchObject({ type: 'NotFound', details: [{ camera: 'x' }] });
  expect(failure.message).toBe(`There is no camera x. ${failures.NotFound.remedy}`);
});

test.each(['ENOSPC', 'EDQUOT'])('%s of any file is a full disk, which is waited out', (code) => {
  expect(translateError(errnoError(code))).toMatchObject({ type: 'DiskFull', nonRetryable: false });
});

test('whatever nobody foresaw is retried with its own message', () => {
  const failure = translateError(errnoError('EPROTO'));
  expect(failure).toMatchObject({ type: 'Unforeseen', message: errnoError('EPROTO').message });
  expect(failure).not.toHaveProperty('nonRetryable', true);
});
