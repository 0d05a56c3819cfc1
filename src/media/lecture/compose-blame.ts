// After a slot that failed: finds the source that gives no picture or no sound, so that the caller can put something else in its place.
import { isFault } from '../../domain/fault.ts';
import { ffmpegArgs, fileUrl } from '../ffmpeg-args.ts';
import type { PlaceDeps } from '../place-files.ts';
import { fileOptions, pictureLeadSeconds } from './compose-args.ts';
import { type OpenedSources, type SourceUse, unreadable } from './compose-sources.ts';
import type { FileSource } from './compose-spec.ts';

/** The fault to throw: MediaUnreadable of the first source that cannot be decoded, or the one that was given. */
export async function blameSource(
  deps: Pick<PlaceDeps, 'ffmpeg'>,
  spec: { sources: OpenedSources; error: unknown; stallSeconds: number; signal: AbortSignal },
): Promise<unknown> {
  if (!isFault(spec.error, 'EncoderFailed', 'EncoderStalled', 'MediaUnreadable')) return spec.error;
  for (const use of ['left', 'right', 'sound'] as const) {
    const source = spec.sources[use];
    if (!source || ('kind' in source && source.kind === 'still')) continue;
    const reason = await whyUndecodable(deps, { ...spec, use, source });
    if (reason !== undefined) return unreadable({ use, source, reason });
  }
  return spec.error;
}

async function whyUndecodable(
  deps: Pick<PlaceDeps, 'ffmpeg'>,
  spec: { use: SourceUse; source: FileSource; stallSeconds: number; signal: AbortSignal },
): Promise<string | undefined> {
  try {
    const { progress } = await deps.ffmpeg({
      purpose: `a look at ${spec.source.path}`,
      args: lookArgs(spec),
      signal: spec.signal,
      stallSeconds: spec.stallSeconds,
    });
    const came = spec.use === 'sound' ? (progress.outSeconds ?? 0) > 0 : (progress.frames ?? 0) > 0;
    return came ? undefined : 'nothing in it can be decoded';
  } catch (error) {
    if (isFault(error, 'EncoderFailed', 'EncoderStalled', 'MediaUnreadable')) return error.message;
    throw error;
  }
}

/** One picture, or a moment of sound, from where the slot would have entered. */
export function lookArgs(spec: { use: SourceUse; source: FileSource }): string[] {
  const { source } = spec;
  const isSound = spec.use === 'sound';
  const lead = isSound ? 0 : pictureLeadSeconds[source.container];
  const take = isSound
    ? ['-map', '0:a:0', '-af', 'asetpts=N/SR/TB', '-frames:a', '20']
    : ['-map', '0:v:0', '-frames:v', '1'];
  return ffmpegArgs({
    inputs: [{ options: fileOptions(source, lead), source: fileUrl(source.path) }],
    outputs: [{ options: [...take, '-f', 'null'], target: 'pipe:1' }],
  });
}
