// The recorder of the demo's room: one file a slot and source, as a room's recorder leaves them, made at once instead of by the clock.
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Fault } from '../domain/fault.ts';
import type { Run } from '../process/run-spec.ts';
import { demoSceneFilter, demoSlotTone, type DemoScene } from './demo-lecture-pictures.ts';

export const demoRoles = ['lecturer', 'screen', 'board'] as const;
export type DemoRole = (typeof demoRoles)[number];

/** What each source shows in each slot; undefined: its recorder left no file. */
export const demoSlots: readonly Readonly<Record<DemoRole, DemoScene | undefined>>[] = [
  { lecturer: 'lecturer', screen: 'slides', board: 'board' },
  { lecturer: 'lecturer', screen: 'noSignal', board: 'board' },
  { lecturer: undefined, screen: 'slides', board: 'board' },
  { lecturer: 'lecturer', screen: 'slides', board: 'board' },
];

export interface DemoFilesSpec {
  run: Run;
  ffmpegPath: string;
  fontFile: string | undefined;
  directory: string;
  /** Begin of the first slot, epoch seconds. */
  startUnix: number;
  slotSeconds: number;
  signal: AbortSignal;
}

/** The archive address of a source, for its camera. */
export const demoArchiveUrl = (directory: string, role: DemoRole): string =>
  `${pathToFileURL(directory).href}/{startUnix}_${role}.mp4`;

export const demoFile = (
  { directory, startUnix, slotSeconds }: Pick<DemoFilesSpec, 'directory' | 'startUnix' | 'slotSeconds'>,
  { role, slot }: { role: DemoRole; slot: number },
): string => join(directory, `${startUnix + slot * slotSeconds}_${role}.mp4`);

/** One after another: encoders use all cores anyway. Answers how many there are. */
export async function recordDemoSlots(spec: DemoFilesSpec): Promise<number> {
  await mkdir(spec.directory, { recursive: true });
  let count = 0;
  for (const [slot, scenes] of demoSlots.entries())
    for (const role of demoRoles) {
      const scene = scenes[role];
      if (scene === undefined) continue;
      await recordSlot(spec, { slot, role, scene });
      count += 1;
    }
  return count;
}

async function recordSlot(
  spec: DemoFilesSpec,
  { slot, role, scene }: { slot: number; role: DemoRole; scene: DemoScene },
): Promise<void> {
  const { run, ffmpegPath, fontFile, startUnix, slotSeconds: seconds, signal } = spec;
  const path = demoFile(spec, { role, slot });
  const picture = demoSceneFilter({ scene, slot, startUnix: startUnix + slot * seconds, seconds, fontFile });
  const graph = role === 'lecturer' ? `${picture}[v];${demoSlotTone({ slot, seconds })}[a]` : `${picture}[v]`;
  const args = [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', '-filter_complex', graph, '-map', '[v]'],
    ...(role === 'lecturer' ? ['-map', '[a]', '-c:a', 'aac', '-b:a', '64k'] : []),
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50', '-movflags', '+faststart', '-f', 'mp4'],
    `${path}.part`,
  ];
  const end = await run({ command: ffmpegPath, args, signal, stallSeconds: 120, timeoutSeconds: 300 });
  signal.throwIfAborted();
  if (end.exitCode !== 0)
    throw new Fault('EncoderFailed', `The demo’s file ${path} could not be made.`, {
      ...{ exitCode: end.exitCode, argv: end.argv, stderrTail: end.stderrTail.slice(-20) },
      remedy: `Run \`longtake doctor\`: ffmpeg with libx264 is needed. ffmpeg said: ${end.stderrTail.at(-1) ?? 'nothing'}`,
    });
  await rename(`${path}.part`, path);
}
