// `npm run soak`: long runs, hundreds of trials and fuzzing; the same rooms as `npm test`, without its time limit.
import { defineConfig } from 'vitest/config';
import { sharedTest } from './test/setup/vitest-base.ts';

export default defineConfig({
  test: {
    ...sharedTest,
    include: ['test/soak/**/*.soak.ts'],
    globalSetup: ['test/setup/integration.ts'],
    fileParallelism: false,
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
  },
});
