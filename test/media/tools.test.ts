// Whether the tools are there and new enough.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isFault } from '../../src/domain/fault.ts';
import { detectMediaTools, isTooOld } from '../../src/media/tools.ts';
import { createRun } from '../../src/process/run.ts';
import { createWrapper } from '../../src/process/wrapper.ts';

const run = createRun({ wrapper: createWrapper({ protection: 'none', hasInit: false }) });
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'longtake-tools-'));
});

afterAll(() => rm(dir, { recursive: true, force: true }));

test('the installed tools are found with their versions', async () => {
  const tools = await detectMediaTools(run, { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' });
  expect(tools).toMatchObject({ ffmpegPath: 'ffmpeg', ffprobePath: 'ffprobe' });
  expect(tools.ffmpegVersion).toMatch(/\d/);
});

test.each([
  ['absent', undefined],
  ['too old', 'echo "ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright (c)"'],
  ['something else', 'echo "hello"'],
  ['broken', 'echo "ffmpeg version 6.0"; exit 127'],
])('a tool that is %s is missing', async (name, script) => {
  const path = join(dir, name);
  if (script) {
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
  }
  const error = await detectMediaTools(run, { ffmpeg: path, ffprobe: 'ffprobe' }).catch(
    (caught: unknown) => caught,
  );
  expect(isFault(error, 'ToolMissing')).toBe(true);
});

test.each([
  ['5.1.9-0+deb12u1', false],
  ['5.0.1', true],
  ['4.4', true],
  ['7.1', false],
  ['n8.0', false],
  ['N-109542-g2b0a0ff', false],
  ['git-2024-01-01', false],
])('version %s: too old is %s', (version, tooOld) => {
  expect(isTooOld(version)).toBe(tooOld);
});
