// Copies a part of a file without decoding it, where the concat demuxer's own cuts would be wrong.
import { join } from 'node:path';
import { Fault } from '../domain/fault.ts';
import { containerExtension } from '../domain/gap-report.ts';
import type { CutPoint } from './cut-point.ts';
import { demuxerName } from './concat-list.ts';
import { ffmpegArgs, fileUrl } from './ffmpeg-args.ts';
import { muxerOptions } from './make-uniform.ts';
import type { PlaceDeps } from './place-files.ts';
import type { PlacedFile } from './placed-file.ts';
import { openInputs } from './open-inputs.ts';
import { type PtsSpan, ptsSpan } from './pts-order.ts';

interface PieceSpec {
  file: PlacedFile;
  dir: string;
  stallSeconds: number;
  signal: AbortSignal;
}

/**
 * The file from its first picture at or after `inPtsSeconds` on, which should be a key frame. The demuxer's `inpoint` would seek, and
 * in a transport stream land a group of pictures too late; `-ss` compares decode times, which after a hole lie before it.
 */
export async function cutHead(
  deps: PlaceDeps,
  spec: PieceSpec & { inPtsSeconds: number },
): Promise<PlacedFile> {
  const options = await dropOptions(
    deps,
    spec,
    (ticks) => `lt(pts,${Math.floor(spec.inPtsSeconds * ticks - 0.5)})`,
  );
  const piece = await copied(deps, spec, { name: `from-${Math.round(spec.inPtsSeconds * 1000)}`, options });
  const before = await spanOf(deps, spec, spec.file.path);
  const after = await spanOf(deps, spec, piece);
  return placed(spec.file, { path: piece, span: after, movedSeconds: before.last - after.last });
}

/** The file without what is decoded from the cut on; each stream is cut for itself. */
export async function dropTail(deps: PlaceDeps, spec: PieceSpec & { cut: CutPoint }): Promise<PlacedFile> {
  const { file, cut } = spec;
  const options = await dropOptions(
    deps,
    spec,
    (ticks) => `gte(dts,${Math.round(cut.outPointSeconds * ticks)})`,
  );
  const piece = await copied(deps, spec, { name: `to-${Math.round(cut.outPointSeconds * 1000)}`, options });
  const before = await spanOf(deps, spec, file.path);
  const after = await spanOf(deps, spec, piece);
  return placed(file, { path: piece, span: after, movedSeconds: before.first - after.first });
}

/** Filters that drop packets by their times, in ticks of each stream: the filter's own `tb` is wrong for FLV. */
async function dropOptions(
  deps: PlaceDeps,
  spec: PieceSpec,
  condition: (ticksPerSecond: number) => string,
): Promise<string[]> {
  const [opened] = await openInputs({ ...deps, files: [spec.file], signal: spec.signal });
  return opened!.streams.flatMap(({ kind, ticksPerSecond }) => {
    if (kind === 'other' || ticksPerSecond === undefined) return [];
    return [kind === 'video' ? '-bsf:v' : '-bsf:a', `noise=drop='${condition(ticksPerSecond)}'`];
  });
}

/** The same place in the output for a copy whose clock runs `movedSeconds` behind. */
function placed(file: PlacedFile, copy: { path: string; span: PtsSpan; movedSeconds: number }): PlacedFile {
  const { count, first, last } = copy.span;
  return {
    path: copy.path,
    container: file.container,
    shiftSeconds: file.shiftSeconds + copy.movedSeconds,
    expected: { videoPackets: { least: count, most: count }, firstPtsSeconds: first, lastPtsSeconds: last },
  };
}

async function spanOf(deps: PlaceDeps, spec: PieceSpec, path: string): Promise<PtsSpan> {
  const { videoPts } = await deps.readTimes({ path, signal: spec.signal });
  if (videoPts.length === 0)
    throw new Fault('EncoderFailed', `A copied piece of ${spec.file.path} holds no video`);
  return ptsSpan(videoPts);
}

async function copied(
  deps: PlaceDeps,
  spec: PieceSpec,
  how: { name: string; options: readonly string[] },
): Promise<string> {
  const { file } = spec;
  const place = Math.round(file.shiftSeconds * 1000);
  const path = join(spec.dir, `${how.name}-${place}.${containerExtension[file.container]}`);
  await deps.ffmpeg({
    purpose: 'the copy of a piece of a file',
    args: pieceArgs({ path: file.path, container: file.container, outPath: path, options: how.options }),
    signal: spec.signal,
    stallSeconds: spec.stallSeconds,
  });
  return path;
}

export function pieceArgs(spec: {
  path: string;
  container: PlacedFile['container'];
  outPath: string;
  options: readonly string[];
}): string[] {
  return ffmpegArgs({
    inputs: [
      {
        options: ['-copyts', '-protocol_whitelist', 'file', '-format_whitelist', demuxerName[spec.container]],
        source: fileUrl(spec.path),
      },
    ],
    outputs: [
      {
        options: [
          ...['-map', '0:v:0', '-map', '0:a:0?', '-c', 'copy', ...spec.options],
          ...muxerOptions[spec.container],
        ],
        target: fileUrl(spec.outPath),
      },
    ],
  });
}
