// `npm run test:fleet`: the topology of docker-compose.yml without containers; starts its own servers.
import { defineConfig } from 'vitest/config';
import { sharedTest } from './test/setup/vitest-base.ts';

export default defineConfig({
  test: {
    ...sharedTest,
    include: ['test/fleet/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
