// Finds the key frame at which a copy must begin so that a given moment can be shown.
import type { ContainerName } from '../../domain/gap-report.ts';
import type { MergeDeps } from '../merge-part.ts';
import { ffprobeInputArgs } from '../probe.ts';

/** Longer than any group of pictures that a camera makes. */
const reachSeconds = 60;

interface KeyFrameSpec {
  path: string;
  container: ContainerName;
  ptsSeconds: number;
  signal: AbortSignal;
}

/** Presentation time of the last key frame at or before a time; undefined when none is within a minute. */
export async function keyFrameBefore(
  deps: Pick<MergeDeps, 'run' | 'ffprobePath'>,
  spec: KeyFrameSpec,
): Promise<number | undefined> {
  let found: number | undefined;
  await deps.run({
    command: deps.ffprobePath,
    args: keyFrameArgs(spec),
    signal: spec.signal,
    stallSeconds: 60,
    onStdoutLine: (line, progress) => {
      progress();
      const [seconds, flags] = line.split(',');
      const pts = Number.parseFloat(seconds ?? '');
      const isBefore = flags?.startsWith('K') && pts <= spec.ptsSeconds + halfTick;
      if (isBefore && (found === undefined || pts > found)) found = pts;
    },
  });
  spec.signal.throwIfAborted();
  return found;
}

/** Clocks of containers round to a millisecond. */
const halfTick = 0.0005;

export function keyFrameArgs(spec: Omit<KeyFrameSpec, 'signal'>): string[] {
  const fromSeconds = Math.max(0, spec.ptsSeconds - reachSeconds);
  return [
    ...['-v', 'error', '-select_streams', 'v:0'],
    ...['-read_intervals', `${fromSeconds.toFixed(3)}%${(spec.ptsSeconds + 1).toFixed(3)}`],
    ...['-show_entries', 'packet=pts_time,flags', '-of', 'csv=p=0'],
    ...ffprobeInputArgs(spec),
  ];
}
