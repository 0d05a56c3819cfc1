// A tool that hung or was killed says nothing about the file it read: whoever asks it passes that on as a fault that is tried again.
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCutPoint } from '../../src/media/cut-point.ts';
import type { ComposeSlotSpec } from '../../src/media/lecture/compose-slot.ts';
import { openSources } from '../../src/media/lecture/compose-sources.ts';
import { openInputs } from '../../src/media/open-inputs.ts';
import { ffprobePackets } from '../../src/media/packets/ffprobe-packets.ts';
import { createProbe } from '../../src/media/probe.ts';
import type { Run, RunEnd } from '../../src/process/run-spec.ts';
import { bothPanes, deps } from './lecture/compose-kit.ts';
import { neverAborted as signal, run, scratch } from './media-kit.ts';

const file = { path: '/a.mkv', container: 'matroska', signal } as const;

interface Tool {
  run: Run;
  path: string;
}

const slot: Omit<ComposeSlotSpec, 'outPath'> = {
  ...{ layout: bothPanes, frameRate: 25, frames: 1, samples: 1, encoder: 'software', stallSeconds: 60 },
  ...{ workDir: '/tmp', signal, left: { kind: 'file', ...file, shiftSeconds: 0 } },
};

const askers: Record<string, (tool: Tool) => Promise<unknown>> = {
  'the facts of a file': (tool) => createProbe({ ...tool, ffprobePath: tool.path }).probe(file),
  'the number of its packets': (tool) =>
    createProbe({ ...tool, ffprobePath: tool.path }).countVideoPackets(file),
  'its packets': (tool) => ffprobePackets({ ...tool, ffprobePath: tool.path }, { ...file, interval: '%+30' }),
  'its end': (tool) => findCutPoint({ ...file, run: tool.run, ffprobePath: tool.path, outPtsSeconds: 900 }),
  'the streams of a pane': (tool) =>
    openSources({ ...deps, run: tool.run, ffprobePath: tool.path }, { ...slot, dir: '/tmp', outPath: '/o' }),
  'its start': (tool) => openInputs({ run: tool.run, ffmpegPath: tool.path, files: [file], signal }),
};

const ends: Record<string, Partial<RunEnd>> = {
  'came to a halt': { stalled: true, signal: 'SIGTERM' },
  'gave no answer in time': { timedOut: true, signal: 'SIGKILL' },
  'was cut off': { abandoned: true },
};

const endedBy =
  (end: Partial<RunEnd>): Run =>
  () =>
    Promise.resolve({
      ...{
        exitCode: null,
        signal: null,
        cancelled: false,
        stalled: false,
        timedOut: false,
        abandoned: false,
      },
      ...{ stderrTail: [], argv: ['ffprobe'], elapsedMs: 1 },
      ...end,
    });

let scripts: Awaited<ReturnType<typeof scratch>>;

beforeAll(async () => {
  scripts = await scratch();
});

afterAll(() => scripts.remove());

async function script(name: string, text: string): Promise<string> {
  const path = join(scripts.dir, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}

describe.each(Object.entries(askers))('a tool asked for %s', (_what, ask) => {
  it.each(Object.entries(ends))('that %s is asked again', async (how, end) => {
    const asked = ask({ run: endedBy(end), path: 'tool' });
    await expect(asked).rejects.toMatchObject({
      type: 'EncoderStalled',
      message: expect.stringMatching(`${how} while it read /a.mkv`) as string,
    });
  });

  it('that is killed is asked again', async () => {
    const path = await script('killed', 'kill -KILL $$');
    await expect(ask({ run, path })).rejects.toMatchObject({ type: 'EncoderStalled' });
  });

  it('that breaks on the file is not', async () => {
    const path = await script('broken', 'echo "Invalid data found" >&2; exit 1');
    await expect(ask({ run, path })).rejects.toMatchObject({ type: 'MediaUnreadable' });
  });
});
