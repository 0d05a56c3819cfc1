// The one ffmpeg run that makes a slot: each source entered at the right place, the graphs, the encoder, Matroska.
import type { ContainerName } from '../../domain/gap-report.ts';
import { type FfmpegInput, ffmpegArgs, fileUrl } from '../ffmpeg-args.ts';
import { demuxers } from '../probe.ts';
import { type GraphSpec, paneOrder, pictureGraph, soundGraph } from './compose-graph.ts';
import type { OpenedFile, OpenedPane, SourceUse } from './compose-spec.ts';
import { type VideoEncoder, videoOptions } from './encoder.ts';

/** A picture bigger than this is an attack on memory: 8K is a third of it. */
const maxPixels = 100_000_000;

/** Entering happens at a key frame; a transport stream has no index, and its seek lands anywhere: it needs a whole group of pictures. */
const pictureLeadSeconds: Record<ContainerName, number> = { flv: 1, mp4: 0, mpegts: 30, matroska: 0 };
/** Sound of a moment may stand seconds away from its picture. */
const soundLeadSeconds = 5;

export function composeArgs(
  spec: Omit<GraphSpec, 'lastFilters'> & { encoder: VideoEncoder; outPath: string },
): string[] {
  const graph = { ...spec, lastFilters: spec.encoder.lastFilters };
  const panes = paneOrder(spec).map((role) => paneInput(spec.sources[role]!));
  const { sound } = spec.sources;
  const sounds = sound ? [{ options: fileOptions(sound, 'sound'), source: fileUrl(sound.path) }] : [];
  const inputs: FfmpegInput[] = [...panes, ...sounds];
  const [first, ...others] = inputs;
  return ffmpegArgs({
    inputs: [
      { ...first!, options: [...spec.encoder.deviceOptions, '-max_error_rate', '1', ...first!.options!] },
      ...others,
    ],
    outputs: [
      {
        options: [
          ...['-filter_complex', pictureGraph(graph)],
          ...['-filter_complex', soundGraph({ ...spec, inputIndex: panes.length })],
          ...['-map', '[v]', ...videoOptions(spec.encoder, spec.frameRate), '-fps_mode', 'passthrough'],
          ...['-map', '[a]', '-c:a', 'flac', '-map_metadata', '-1', '-map_chapters', '-1'],
          ...['-f', 'matroska'],
        ],
        target: fileUrl(spec.outPath),
      },
    ],
  });
}

function paneInput(pane: OpenedPane): FfmpegInput {
  if (pane.kind === 'still')
    return { options: [...guards(pane.demuxer), '-reinit_filter', '0'], source: fileUrl(pane.path) };
  return {
    // Without these two a change of size, or a turned picture, would begin the whole graph anew in the middle of the slot.
    options: [...fileOptions(pane, 'pane'), '-reinit_filter', '0', '-noautorotate'],
    source: fileUrl(pane.path),
  };
}

/** Times stay those of the file, and the graph does the cutting: so a file that begins late, or not at its own zero, stays where it is. */
export function fileOptions(source: OpenedFile, use: SourceUse | 'pane'): string[] {
  const { container, enterSeconds } = source;
  const inSeconds = enterSeconds - (use === 'sound' ? soundLeadSeconds : pictureLeadSeconds[container]);
  return [
    '-copyts',
    ...(inSeconds > 0 ? ['-noaccurate_seek', '-seek_timestamp', '1', '-ss', inSeconds.toFixed(6)] : []),
    // What a cut file ends in would stay as the last picture.
    ...(container === 'mpegts' ? [] : ['-fflags', '+discardcorrupt']),
    ...guards(demuxers[container]),
  ];
}

const guards = (demuxer: string): string[] => [
  ...['-max_pixels', String(maxPixels), '-protocol_whitelist', 'file', '-f', demuxer],
];
