// What all vitest runs share: process isolation, time limits and the closing line with the counts.
import type { ViteUserConfig } from 'vitest/config';

/** Two cores are the machine that everything must pass on; more files at once only make real servers slow. */
const workers = 2;

export const sharedTest: NonNullable<ViteUserConfig['test']> = {
  pool: 'forks',
  maxWorkers: workers,
  // Whoever waits for something has a limit of its own, and says what it waited for.
  testTimeout: 600_000,
  hookTimeout: 600_000,
  expect: { poll: { timeout: 30_000 } },
  teardownTimeout: 30_000,
  reporters: ['default', './test/setup/counts-reporter.ts'],
};
