import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRun } from '../../src/process/run.ts';
import { detectWrapper } from '../../src/process/detect-wrapper.ts';
import { createWrapper, type ProcessWrapper } from '../../src/process/wrapper.ts';

const wrappers: [string, () => Promise<ProcessWrapper>][] = [
  ['under the host’s protection', detectWrapper],
  [
    'under a death signal only',
    async () => createWrapper({ protection: 'parentDeathSignal', hasInit: false }),
  ],
];

/** A process that writes to a frozen file system cannot be killed (needs root: loop mount and fsfreeze). */
it.each(wrappers)('a child stuck on a frozen disk does not hold its caller, %s', async (_, wrapper) => {
  const base = await mkdtemp(join(tmpdir(), 'longtake-frozen-'));
  const [image, disk] = [join(base, 'image'), join(base, 'disk')];
  await mkdir(disk);
  execFileSync('truncate', ['-s', '32M', image]);
  execFileSync('mkfs.ext4', ['-q', image]);
  execFileSync('mount', ['-o', 'loop', image, disk]);
  const run = createRun({ wrapper: await wrapper() });
  execFileSync('fsfreeze', ['-f', disk]);
  try {
    const end = await run({
      command: 'dd',
      args: ['if=/dev/zero', `of=${disk}/file`, 'bs=1k', 'count=1'],
      signal: AbortSignal.timeout(500),
    });
    expect(end).toMatchObject({ cancelled: true, abandoned: true });
    expect(end.elapsedMs).toBeLessThan(15_000);
  } finally {
    execFileSync('fsfreeze', ['-u', disk]);
    execFileSync('umount', ['--lazy', disk]);
    await rm(base, { recursive: true, force: true });
  }
});
