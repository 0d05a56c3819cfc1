// Decodes a source alone: before a slot, to see whether anything comes of it; after a slot that broke, to find the one that breaks ffmpeg.
import { Fault, isFault } from '../../domain/fault.ts';
import { ffmpegArgs, fileUrl } from '../ffmpeg-args.ts';
import type { PlaceDeps } from '../place-files.ts';
import { fileOptions } from './compose-args.ts';
import type { OpenedFile, OpenedSources, SourceUse } from './compose-spec.ts';

/** MediaUnreadable of a source; `role` is what the caller calls it. */
export function unreadable(about: {
  use: SourceUse;
  source: { path: string; role?: string };
  reason: string;
}): Fault {
  const { use, source, reason } = about;
  const what = use === 'sound' ? 'The sound' : `The ${use} pane`;
  return new Fault('MediaUnreadable', `${what} cannot be made of ${source.path}: ${reason}`, {
    role: source.role ?? use,
    path: source.path,
  });
}

interface DecodeSpec {
  use: SourceUse;
  source: OpenedFile;
  stallSeconds: number;
  signal: AbortSignal;
}

/** A graph whose source gives nothing would wait for ever: it must give one picture, or a moment of sound. Throws MediaUnreadable. */
export async function requireDecodable(deps: Pick<PlaceDeps, 'ffmpeg'>, spec: DecodeSpec): Promise<void> {
  const reason = await whyUndecodable(deps, { ...spec, isWhole: false });
  if (reason !== undefined) throw unreadable({ ...spec, reason });
}

/** The fault to throw for a slot that broke: MediaUnreadable of the first source that breaks ffmpeg alone too, or the one that was given. */
export async function blameSource(
  deps: Pick<PlaceDeps, 'ffmpeg'>,
  spec: { sources: OpenedSources; error: unknown; stallSeconds: number; signal: AbortSignal },
): Promise<unknown> {
  if (!isFault(spec.error, 'EncoderFailed', 'EncoderStalled', 'MediaUnreadable')) return spec.error;
  for (const use of ['left', 'right', 'sound'] as const) {
    const source = spec.sources[use];
    if (!source || !('enterSeconds' in source)) continue;
    const reason = await whyUndecodable(deps, { ...spec, use, source, isWhole: true });
    if (reason !== undefined) return unreadable({ use, source, reason });
  }
  return spec.error;
}

async function whyUndecodable(
  deps: Pick<PlaceDeps, 'ffmpeg'>,
  spec: DecodeSpec & { isWhole: boolean },
): Promise<string | undefined> {
  try {
    const { progress } = await deps.ffmpeg({
      purpose: `a look at ${spec.source.path}`,
      args: decodeArgs(spec),
      signal: spec.signal,
      stallSeconds: spec.stallSeconds,
    });
    // Of sound a late beginning is no fault: silence stands before it.
    const came = spec.use === 'sound' || (progress.frames ?? 0) > 0;
    return came ? undefined : 'nothing in it can be decoded';
  } catch (error) {
    if (isFault(error, 'EncoderFailed', 'EncoderStalled', 'MediaUnreadable')) return error.message;
    throw error;
  }
}

/** From where the slot enters the file: one picture, or all there is. */
export function decodeArgs(spec: { use: SourceUse; source: OpenedFile; isWhole: boolean }): string[] {
  const { source, use, isWhole } = spec;
  const take = use === 'sound' ? ['-map', '0:a:0'] : ['-map', '0:v:0', '-fps_mode', 'passthrough'];
  const few = isWhole ? [] : ['-frames:v', '1'];
  return ffmpegArgs({
    inputs: [
      {
        options: ['-max_error_rate', '1', ...fileOptions(source, use)],
        source: fileUrl(source.path),
      },
    ],
    outputs: [{ options: [...take, ...few, '-f', 'null'], target: 'pipe:1' }],
  });
}
