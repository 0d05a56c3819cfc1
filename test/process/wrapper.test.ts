import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { killOrphans } from '../../src/process/orphans.ts';
import { detectWrapper } from '../../src/process/detect-wrapper.ts';
import { createWrapper, type Protection, wrapperPrefix } from '../../src/process/wrapper.ts';
import { processesWith, until } from './descendants.ts';

const parents: ChildProcess[] = [];
afterEach(() => {
  for (const parent of parents.splice(0)) parent.kill('SIGKILL');
});

const source = (path: string): string =>
  JSON.stringify(new URL(`../../src/process/${path}`, import.meta.url).href);

/** A worker of its own that runs a tool with children and a grandchild in another session, all carrying the mark; resolves when all live. */
async function workerWithTool(options: {
  mark: string;
  wrapper: string;
  processes: number;
}): Promise<ChildProcess> {
  const { mark, wrapper, processes } = options;
  const tree = 'sh -c "sleep 300; true" $0 & sh -c "setsid sh -c \\"sleep 300; true\\" $0; true" $0 & wait';
  const code = `
    import { createRun } from ${source('run.ts')};
    import { detectWrapper } from ${source('detect-wrapper.ts')};
    import { createWrapper } from ${source('wrapper.ts')};
    const wrapper = await ${wrapper};
    await createRun({ wrapper })({ command: 'sh', args: ['-c', ${JSON.stringify(tree)}, ${JSON.stringify(mark)}], signal: new AbortController().signal });
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  parents.push(parent);
  const up = await until(() => processesWith(mark).filter((pid) => pid !== parent.pid).length >= processes);
  expect(up, 'the tool and its descendants are running').toBe(true);
  return parent;
}

const left = (mark: string, parent: ChildProcess): number[] =>
  processesWith(mark).filter((pid) => pid !== parent.pid);

describe('a worker killed with kill -9', () => {
  it('takes its tool and all descendants along', async () => {
    const mark = `mark-${randomUUID()}`;
    const parent = await workerWithTool({ mark, wrapper: 'detectWrapper()', processes: 6 });
    parent.kill('SIGKILL');
    expect(await until(() => left(mark, parent).length === 0, 15_000)).toBe(true);
  });

  it('takes them along in a user namespace too', async () => {
    const mark = `mark-${randomUUID()}`;
    const parent = await workerWithTool({
      mark,
      wrapper: `createWrapper({ protection: 'userPidNamespace', hasInit: true })`,
      processes: 6,
    });
    parent.kill('SIGKILL');
    expect(await until(() => left(mark, parent).length === 0, 15_000)).toBe(true);
  });

  it('leaves orphans without protection, which the next worker finds by their token and kills', async () => {
    const mark = `mark-${randomUUID()}`;
    const parent = await workerWithTool({
      mark,
      wrapper: `createWrapper({ protection: 'none', hasInit: false })`,
      processes: 4,
    });
    const survivors = left(mark, parent);
    expect(await killOrphans()).not.toEqual(expect.arrayContaining(survivors));
    parent.kill('SIGKILL');
    await until(() => parent.signalCode !== null);
    expect(left(mark, parent).length).toBeGreaterThan(0);
    expect(await killOrphans()).toEqual(expect.arrayContaining(left(mark, parent)));
    expect(await until(() => left(mark, parent).length === 0, 15_000)).toBe(true);
  });
});

describe('the words in front of a command', () => {
  it.each<[Protection, boolean, string]>([
    ['none', true, ''],
    ['parentDeathSignal', true, 'setpriv --pdeathsig KILL --'],
    ['pidNamespace', false, 'setpriv --pdeathsig KILL -- unshare --pid --fork --kill-child --'],
    ['pidNamespace', true, 'setpriv --pdeathsig KILL -- unshare --pid --fork --kill-child -- tini -g --'],
    [
      'userPidNamespace',
      true,
      'setpriv --pdeathsig KILL -- unshare --user --map-current-user --pid --fork --kill-child -- tini -g --',
    ],
  ])('are right for %s (init %s)', (protection, init, words) => {
    expect(wrapperPrefix({ protection, init }).join(' ')).toBe(words);
  });

  it('put no init above ffmpeg, which handles TERM itself', () => {
    const wrapper = createWrapper({ protection: 'pidNamespace', hasInit: true });
    expect(wrapper.wrap('/usr/bin/ffmpeg', ['-i', 'x']).args).not.toContain('tini');
    expect(wrapper.wrap('/usr/bin/ffprobe', ['x']).args).toContain('tini');
  });

  it('are described for the operator', async () => {
    expect((await detectWrapper()).describe()).toMatch(/worker/);
    expect(createWrapper({ protection: 'pidNamespace', hasInit: false }).describe()).toMatch(
      /tini is missing/,
    );
  });
});
