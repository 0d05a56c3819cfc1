// `npm test`: two projects, so that a run of pure tests never pays for a Temporal server.
import { defineConfig } from 'vitest/config';
import { sharedTest } from './test/setup/vitest-base.ts';

/** Rooms whose tests need the shared Temporal server of test/setup/integration.ts. */
const integrationRooms = [
  'integration',
  'workflows',
  'activities',
  'cli',
  'embedded',
  'client',
  'worker',
  'http',
  'package',
];
const integrationTests = integrationRooms.map((room) => `test/${room}/**/*.test.ts`);

export default defineConfig({
  test: {
    ...sharedTest,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...integrationTests, 'test/fleet/**', 'test/soak/**'],
        },
      },
      {
        extends: true,
        test: { name: 'integration', include: integrationTests, globalSetup: ['test/setup/integration.ts'] },
      },
    ],
  },
});
