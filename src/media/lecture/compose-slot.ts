// Composes one slot of a lecture: the panes side by side and the sound, cut, scaled and encoded in one ffmpeg run, then proved.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isFault } from '../../domain/fault.ts';
import { composeArgs } from './compose-args.ts';
import { blameSource } from './compose-decode.ts';
import { slotComplaint } from './compose-check.ts';
import { openSources } from './compose-sources.ts';
import type { ComposeDeps, ComposedPiece, ComposeSlotSpec, OpenedSources } from './compose-spec.ts';
import { softwareEncoder, type VideoEncoder } from './encoder.ts';

export type { ComposeDeps, ComposedPiece, ComposeSlotSpec, PaneSource, SoundSource } from './compose-spec.ts';

/**
 * Writes `outPath` with exactly the frames and samples asked for. Throws MediaUnreadable for a source that cannot be used (details:
 * `role` and `path`), InputInvalid without any pane, EncoderFailed, EncoderStalled, DiskFull, StorageFault.
 */
export async function composeSlot(deps: ComposeDeps, spec: ComposeSlotSpec): Promise<ComposedPiece> {
  await mkdir(spec.workDir, { recursive: true });
  await mkdir(dirname(spec.outPath), { recursive: true });
  const dir = await mkdtemp(join(spec.workDir, 'compose-'));
  try {
    const sources = await openSources(deps, { ...spec, dir });
    const encoder = await encode(deps, { ...spec, sources });
    return {
      frames: spec.frames,
      samples: spec.samples,
      encoder: encoder.name,
      sound: sources.sound ? 'source' : 'none',
    };
  } catch (error) {
    await rm(spec.outPath, { force: true });
    throw error;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** A card may be taken away, or refuse the size: the slot is then made again in software. */
async function encode(
  deps: ComposeDeps,
  spec: ComposeSlotSpec & { sources: OpenedSources },
): Promise<VideoEncoder> {
  const hardware = spec.encoder === 'auto' ? await deps.findHardwareEncoder(spec.signal) : undefined;
  if (hardware) {
    try {
      return await encodeWith(deps, { ...spec, with: hardware });
    } catch (error) {
      if (!isFault(error, 'EncoderFailed', 'EncoderStalled', 'MediaUnreadable')) throw error;
    }
  }
  try {
    return await encodeWith(deps, { ...spec, with: softwareEncoder });
  } catch (error) {
    throw await blameSource(deps, { ...spec, error });
  }
}

async function encodeWith(
  deps: ComposeDeps,
  spec: ComposeSlotSpec & { sources: OpenedSources; with: VideoEncoder },
): Promise<VideoEncoder> {
  await deps.ffmpeg({
    purpose: 'the composition of a slot',
    args: composeArgs({ ...spec, encoder: spec.with }),
    signal: spec.signal,
    stallSeconds: spec.stallSeconds,
    ...(spec.onProgress ? { onProgress: spec.onProgress } : {}),
    check: () => slotComplaint(deps, spec),
  });
  return spec.with;
}
