// Every saved history replays on today's workflows: what runs now goes on after an upgrade.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { bundleWorkflowCode, DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { payloadsOf } from './saved-history.ts';

const directory = new URL('.', import.meta.url);
const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .toSorted();
const read = (file: string): string => readFileSync(new URL(file, directory), 'utf8');

let workflowBundle: { code: string };
beforeAll(async () => {
  // Core warns of each replay that fails, which is what two tests want.
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
  });
  const workflowsPath = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url));
  workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
});

/** Rejects with a DeterminismViolationError when the workflows would now decide otherwise. */
const replay = (text: string): Promise<void> => Worker.runReplayHistory({ workflowBundle }, JSON.parse(text));

describe('replay', () => {
  const failures = new Map<string, Error | undefined>();
  beforeAll(async () => {
    const histories = files.map((file) => ({ workflowId: file, history: JSON.parse(read(file)) as unknown }));
    for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories))
      failures.set(workflowId, error);
  });

  it.each(files)('of %s decides as it did', (file) => {
    expect(failures.has(file)).toBe(true);
    expect(failures.get(file)).toBeUndefined();
  });

  it('notices an activity that is another one now', async () => {
    const altered = renamed(read('0.1.0/cameraDay-complete.json'), { mergeDay: 'mergeNight' });
    await expect(replay(altered)).rejects.toBeInstanceOf(DeterminismViolationError);
  });

  it('notices a relay that publishes where it was pulled', async () => {
    const altered = renamed(read('restream/restreamCamera-ffmpeg.json'), { runRelay: 'placeRelay' });
    await expect(replay(altered)).rejects.toBeInstanceOf(DeterminismViolationError);
  });

  it('notices steps that have changed places', async () => {
    const altered = renamed(read('0.1.0/cameraDay-complete.json'), {
      mergeDay: 'exportDay',
      exportDay: 'mergeDay',
    });
    await expect(replay(altered)).rejects.toBeInstanceOf(DeterminismViolationError);
  });
});

/** The history with other activities in the places of some. */
function renamed(text: string, names: Readonly<Record<string, string>>): string {
  const altered = text.replace(/(?<="activityType":\{"name":")\w+/g, (name) => names[name] ?? name);
  expect(altered).not.toBe(text);
  return altered;
}

describe('saved histories', () => {
  it.each(files)('%s tells nothing of the machine that made it', (file) => {
    const text = read(file);
    expect([...text.matchAll(/"identity":"([^"]*)"/g)].filter(([, who]) => who !== 'worker')).toEqual([]);
    expect(text).not.toMatch(/"stackTrace":"[^"]/);
    expect(payloadsOf(text).filter((payload) => /\/(?:tmp|home|root|work|Users)\//.test(payload))).toEqual([]);
  });

  it('are small enough to read', () => {
    const big = files.map((file) => [file, read(file).length] as const).filter(([, length]) => length > 150_000);
    expect(big).toEqual([]);
  });
});
