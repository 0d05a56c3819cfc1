// The workflow bundle of a test run: built by the first file that asks, read by all others.
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { inject } from 'vitest';

const own = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url));

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function build(workflowsPath: string, codePath: string): Promise<void> {
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  // Two may build it, when one took very long.
  const path = `${codePath}.${process.pid}.new`;
  await writeFile(path, code);
  await rename(path, codePath);
}

/** For `Worker.create({ workflowBundle })`, of the product's workflows or those of another file. Waits when another test file is building it; takes over when that one failed. */
export async function workflowBundle(workflowsPath = own): Promise<{ codePath: string }> {
  const codePath = join(inject('sharedDir'), `${basename(workflowsPath, '.ts')}.js`);
  const claim = `${codePath}.claim`;
  for (let claimNumber = 0; claimNumber < 3; claimNumber++) {
    try {
      await mkdir(`${claim}${claimNumber}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (await built(codePath)) return { codePath };
      continue;
    }
    await build(workflowsPath, codePath);
    return { codePath };
  }
  throw new Error(`the workflow bundle of ${workflowsPath} could not be built by any of three test files`);
}

async function built(codePath: string): Promise<boolean> {
  const deadlineMs = performance.now() + 45_000;
  while (performance.now() < deadlineMs) {
    if (await exists(codePath)) return true;
    await delay(100);
  }
  return false;
}
