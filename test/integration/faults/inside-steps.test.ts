// Kills that fall inside a step, proved by the step log: begun, not ended, and the worker gone.
import { readdir, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../setup/eventually.ts';
import { startSshd, type TestSshd } from '../../setup/servers.ts';
import { noOrphans } from './kill-run.ts';
import { leftovers, readPublished, strangers } from './published.ts';
import { makeSlowTools } from './slow-tools.ts';
import type { Stage } from './stage.ts';
import { openTheatre, type Theatre } from './theatre.ts';
import { childrenOfWorker, type WorkerChild } from './worker-child.ts';

let theatre: Theatre;
let sshd: TestSshd;
let slowTools: Record<string, string>;

beforeAll(async () => {
  [theatre, sshd] = await Promise.all([openTheatre(), startSshd()]);
  slowTools = await makeSlowTools(join(theatre.dir, 'slow'));
});

afterAll(async () => {
  await sshd?.[Symbol.asyncDispose]();
  await theatre?.[Symbol.asyncDispose]();
});

/** One fatal step: how its worker is set up, and what shows that the worker is in it. */
interface Fatal {
  step: string;
  settings?: () => Record<string, string>;
  isInside: (stage: Stage, worker: WorkerChild) => Promise<boolean> | boolean;
}

const held = (step: string): Fatal => ({
  step: step.replace(/\.(before|after)$/, ''),
  settings: () => ({ LONGTAKE_DEBUG_HOLD_STEP: step }),
  isInside: (stage, { pid }) => stage.steps.steps.some((one) => one.pid === pid && one.name === step),
});

const inTool = (step: string, tool: string): Fatal => ({
  step,
  settings: () => slowTools,
  isInside: (stage, { pid }) =>
    stage.steps.openSteps(pid).includes(step) &&
    childrenOfWorker(pid).some(
      ({ command }) => command.includes(`slow-${tool} `) && !command.includes('-version'),
    ),
});

/** Two plans side by side: each kill of an activity makes Temporal wait twice as long before the next try. */
const plans: [string, Fatal[]][] = [
  [
    'write, rename and concat',
    [
      { step: 'download', isInside: async (stage) => (await partialBytes(stage.places.mediaRoot)) > 0 },
      held('publish.media.rename.before'),
      inTool('concat', 'ffmpeg'),
    ],
  ],
  [
    'scan, sidecar, report and export',
    [
      inTool('scan', 'ffprobe'),
      held('publish.sidecar.rename.before'),
      held('write-json.rename.before'),
      inTool('export', 'rsync'),
    ],
  ],
];

test.concurrent.each(plans)(
  'a kill inside %s changes nothing',
  async (_names, fatals) => {
    const name = `inside-${fatals[0]!.step}`;
    const exportDir = join(theatre.dir, name, 'export');
    await using stage = await theatre.openStage(name, {
      target: {
        ...{ kind: 'rsync', host: sshd.host, port: sshd.port, user: sshd.user, path: exportDir },
        ...{ identity: sshd.identityFile, knownHosts: sshd.knownHostsFile },
      },
    });
    let started = false;
    for (const { step, settings, isInside } of fatals) {
      const worker = stage.addWorker(settings?.());
      await worker.ready;
      if (!started) await stage.start();
      started = true;
      await eventually(() => isInside(stage, worker), { seconds: 60, what: `a worker inside ${step}` });
      await worker.kill();
      expect(stage.steps.openSteps(worker.pid)).toContain(step);
      await noOrphans(worker.pid);
      expect(strangers(readPublished(stage.places), await theatre.calm()), step).toEqual([]);
    }
    await stage.addWorker().ready;
    await stage.end();
    const calm = await theatre.calm();
    expect(stage.watch.strangers(calm)).toEqual([]);
    expect(readPublished(stage.places)).toEqual(calm);
    expect(leftovers(stage.places)).toEqual([]);
  },
  240_000,
);

/** Bytes of bodies that are on their way. */
async function partialBytes(mediaRoot: string): Promise<number> {
  const work = join(mediaRoot, '.work');
  if (!existsSync(work)) return 0;
  const bodies = (await readdir(work, { recursive: true })).filter((path) => path.endsWith('/body'));
  const sizes = await Promise.all(bodies.map(async (path) => (await stat(join(work, path))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
