// The workflow bundle: builds from the sources, stays small, and holds nothing that has no place in the sandbox.
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';

/** The SDK alone takes 1.85 MB of it; zod would add about 1 MB and multiply per cached workflow. */
const maxBytes = 2_500_000;

const workflowsPath = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url));

describe('the workflow bundle', () => {
  let code = '';
  let modules: string[] = [];
  beforeAll(async () => {
    ({ code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') }));
    modules = [...code.matchAll(/^\/\*\*\*\/ "([^"]+)"/gm)].map(([, name]) => name!);
  });

  it(`has at most ${maxBytes / 1_000_000} MB`, () => {
    expect(Buffer.byteLength(code)).toBeLessThanOrEqual(maxBytes);
  });

  it('holds every workflow', () => {
    expect(modules).toContain('./src/workflows/index.ts');
    expect(modules).toContain('./src/workflows/plan/plan.ts');
  });

  it('holds no zod, no calendar, no Node and no adapter', () => {
    const banned =
      /node_modules\/(?:zod|temporal-polyfill|kysely|pg|commander)\/|^node:|\bexternal\b|^\.\/src\/(?!workflows|contract|domain)/;
    expect(modules.filter((name) => banned.test(name))).toEqual([]);
  });

  it('takes packages from Temporal and what Temporal needs only', () => {
    const packages = modules.flatMap((name) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(name)?.[1] ?? []);
    const foreign = [...new Set(packages)].filter((name) => !name.startsWith('@temporalio/'));
    expect(foreign.toSorted()).toMatchInlineSnapshot(`
      [
        "long",
        "ms",
        "nexus-rpc",
      ]
    `);
  });
});
