// Reads a joined lecture back: every frame at its place, and sound from its beginning to its end.
import { z } from 'zod';
import { ffprobeInputArgs } from '../probe.ts';
import type { PlaceDeps } from '../place-files.ts';
import { gridComplaint } from './compose-check.ts';

/** AAC comes in frames of 21 ms. */
const soundToleranceSeconds = 0.04;

/** What is wrong, as a clause for a fault; undefined when nothing is. */
export async function joinComplaint(
  deps: Pick<PlaceDeps, 'run' | 'readTimes'> & { ffprobePath: string },
  spec: { outPath: string; frames: number; frameRate: number; soundSeconds: number; signal: AbortSignal },
): Promise<string | undefined> {
  const { videoPts } = await deps.readTimes({ path: spec.outPath, signal: spec.signal });
  const complaint = gridComplaint(videoPts, spec);
  if (complaint !== undefined) return complaint;
  const sound = await soundSpan(deps, spec);
  if (!sound) return 'wrote no sound';
  if (Math.abs(sound.startSeconds) > soundToleranceSeconds)
    return `the sound begins at ${sound.startSeconds.toFixed(3)} s`;
  const endSeconds = spec.frames / spec.frameRate;
  const off = Math.max(
    Math.abs(sound.endSeconds - endSeconds),
    Math.abs(sound.endSeconds - spec.soundSeconds),
  );
  if (off <= soundToleranceSeconds) return undefined;
  return `the sound ends at ${sound.endSeconds.toFixed(3)} s and the picture at ${endSeconds.toFixed(3)} s`;
}

const document = z.object({
  streams: z.array(z.object({ start_time: z.coerce.number(), duration: z.coerce.number() })),
});

const probeTimeoutSeconds = 60;

async function soundSpan(
  deps: Pick<PlaceDeps, 'run'> & { ffprobePath: string },
  spec: { outPath: string; signal: AbortSignal },
): Promise<{ startSeconds: number; endSeconds: number } | undefined> {
  const lines: string[] = [];
  const entries = ['-select_streams', 'a:0', '-show_entries', 'stream=start_time,duration', '-of', 'json'];
  await deps.run({
    command: deps.ffprobePath,
    args: ['-v', 'error', ...entries, ...ffprobeInputArgs({ path: spec.outPath, container: 'mp4' })],
    signal: spec.signal,
    timeoutSeconds: probeTimeoutSeconds,
    onStdoutLine: (line) => lines.push(line),
  });
  spec.signal.throwIfAborted();
  const [stream] = document.safeParse(parse(lines.join('\n'))).data?.streams ?? [];
  return stream && { startSeconds: stream.start_time, endSeconds: stream.start_time + stream.duration };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
