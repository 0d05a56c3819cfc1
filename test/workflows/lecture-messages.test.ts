// The lines of docs/reference/messages.md about lectures, run as they stand there by the temporal CLI against a lecture on the real server.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import * as messages from '../../src/contract/lecture-messages.ts';
import { isoFromMs } from '../../src/domain/range.ts';
import { eventually } from '../setup/eventually.ts';
import { ownNamespace } from '../setup/own-namespace.ts';
import { testServer } from '../setup/test-tools.ts';
import { runLecture } from './lecture-run.ts';
import type { LectureRun } from './staged-lecture.ts';

const run = promisify(execFile);
const page = new URL('../../docs/reference/messages.md', import.meta.url);

let namespace: Awaited<ReturnType<typeof ownNamespace>>;
let lines: string[];
let temporal: string;
beforeAll(async () => {
  namespace = await ownNamespace();
  temporal = await testServer('temporal');
  const all = [...(await readFile(page, 'utf8')).matchAll(/^temporal .*$/gm)].map(([line]) => line);
  lines = all.filter((line) => line.includes("'lecture/"));
});

/** Runs the one line of the page that has this name, against this lecture. */
async function copy(name: string, { handle }: LectureRun): Promise<string> {
  const found = lines.filter((line) => line.includes(` --name ${name}`));
  expect(found).toHaveLength(1);
  const line = found[0]!.replace(/^temporal/, temporal).replace(/'lecture\/[^']+'/, `'${handle.workflowId}'`);
  const at = `--address ${namespace.address} --namespace ${namespace.namespace} --output json`;
  const { stdout } = await run('sh', ['-c', `${line} ${at}`]);
  return stdout;
}

describe('the lines of the page of messages', () => {
  it('all do to a running lecture what the page says', async () => {
    const tried = ['progress', 'lectureChanged', 'choosePane', 'retry', 'startNow', 'cancel'];
    const names = lines.map((line) => / --name (\w+)/.exec(line)![1]!);
    expect(new Set(names)).toEqual(new Set(tried));
    const opened = { readyAt: isoFromMs(Date.now() + 3_600_000) };
    await runLecture({ namespace, opened }, async (lecture) => {
      const { calls } = lecture.state;
      const opens = (): number => calls.filter((call) => call === 'open').length;
      await eventually(() => lecture.state.records.length === 1);
      expect(await copy('progress', lecture)).toContain('"waiting"');
      await copy('lectureChanged', lecture);
      await eventually(() => opens() === 2);
      await copy('choosePane', lecture);
      await eventually(() => lecture.state.opened.overrides.length === 1);
      expect(lecture.state.opened.overrides).toEqual([{ slot: 2, right: 'board' }]);
      expect(calls.some((call) => call.startsWith('judge'))).toBe(false);
      await copy('startNow', lecture);
      expect(await lecture.handle.result()).toMatchObject({ state: 'complete' });
    });
    await runLecture({ namespace, opened }, async (lecture) => {
      await eventually(() => lecture.state.records.length === 1);
      await copy('retry', lecture);
      expect(await lecture.handle.result()).toMatchObject({ state: 'complete' });
    });
    await runLecture({ namespace, opened }, async (lecture) => {
      await eventually(() => lecture.state.records.length === 1);
      await copy('cancel', lecture);
      expect(await lecture.handle.result()).toMatchObject({ state: 'cancelled' });
      expect(await lecture.handle.query(messages.lectureProgress)).toMatchObject({ state: 'cancelled' });
    });
  });
});
