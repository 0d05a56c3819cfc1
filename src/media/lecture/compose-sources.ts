// Looks at the sources of a slot before they are composed: recorded files by ffprobe, stills by their first bytes, captions become stills.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import { ffprobeInputArgs } from '../probe.ts';
import type {
  ComposeDeps,
  ComposeSlotSpec,
  FileSource,
  OpenedFile,
  OpenedPane,
  OpenedSources,
  PaneRole,
  PaneSource,
  Rotation,
  SourceUse,
} from './compose-spec.ts';
import { cutShort } from '../cut-short.ts';
import { makeFiller } from './filler.ts';
import { requireDecodable, unreadable } from './compose-decode.ts';
import { ptsSpan } from '../pts-order.ts';

/** Throws MediaUnreadable for a source that holds nothing of its kind; its details say `role` and `path`. */
export async function openSources(
  deps: ComposeDeps,
  spec: ComposeSlotSpec & { dir: string },
): Promise<OpenedSources> {
  const opened: OpenedSources = {};
  for (const role of ['left', 'right'] as const) {
    const source = spec[role];
    if (source && spec.layout[role]) opened[role] = await openPane(deps, { ...spec, role, source });
  }
  if (!opened.left && !opened.right)
    throw new Fault('InputInvalid', 'A slot needs a source for at least one pane of its layout');
  const { sound } = spec;
  if (sound && (await streamsOf(deps, { ...spec, use: 'sound', source: sound })).hasSound)
    opened.sound = await entered(deps, { ...spec, source: sound });
  return opened;
}

/** Behind its last picture nothing can be entered. A file of sound alone has no pictures to tell its end. */
async function entered(
  deps: ComposeDeps,
  spec: { source: FileSource; signal: AbortSignal },
): Promise<OpenedFile & { pictures: number }> {
  const { source, signal } = spec;
  const { count, last } = ptsSpan((await deps.readTimes({ path: source.path, signal })).videoPts);
  const fromSeconds = -source.shiftSeconds;
  return { ...source, pictures: count, enterSeconds: count > 0 ? Math.min(fromSeconds, last) : fromSeconds };
}

type Sources = ComposeSlotSpec & { dir: string };

async function openPane(
  deps: ComposeDeps,
  spec: Sources & { role: PaneRole; source: PaneSource },
): Promise<OpenedPane> {
  const { source, role } = spec;
  if (source.kind === 'still')
    return { kind: 'still', path: source.path, demuxer: await stillDemuxer(source, role) };
  if (source.kind === 'filler') {
    const { width, height } = spec.layout[role]!;
    const path = join(spec.dir, `${role}.png`);
    await makeFiller(deps, { ...spec, caption: source.caption, width, height, outPath: path });
    return { kind: 'still', path, demuxer: 'png_pipe' };
  }
  const { video } = await streamsOf(deps, { ...spec, use: role, source });
  const file = await entered(deps, { ...spec, source });
  if (!video || file.pictures === 0) throw unreadable({ use: role, source, reason: 'it holds no pictures' });
  await requireDecodable(deps, { ...spec, use: role, source: file });
  // A file that ends before the slot is moved: its last picture is what stands there.
  return { kind: 'file', ...file, ...video, shiftSeconds: -file.enterSeconds };
}

const pictureStarts: readonly (readonly [string, 'png_pipe' | 'jpeg_pipe'])[] = [
  ['89504e470d0a1a0a', 'png_pipe'],
  ['ffd8ff', 'jpeg_pipe'],
];

/** The demuxer is told by the bytes: a name may say anything. */
async function stillDemuxer(source: { path: string }, use: PaneRole): Promise<'png_pipe' | 'jpeg_pipe'> {
  const file = await open(source.path).catch(() => undefined);
  if (!file) throw unreadable({ use, source, reason: 'it cannot be opened' });
  try {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
    const head = buffer.toString('hex');
    const known = pictureStarts.find(([start]) => head.startsWith(start));
    if (!known) throw unreadable({ use, source, reason: 'it is neither PNG nor JPEG' });
    return known[1];
  } finally {
    await file.close();
  }
}

interface Streams {
  video?: { rotation: Rotation; frameRate: number };
  hasSound: boolean;
}

const probeDocument = z.object({
  streams: z
    .array(
      z.object({
        codec_type: z.string().optional().catch(undefined),
        width: z.number().optional().catch(undefined),
        avg_frame_rate: z.string().optional().catch(undefined),
        side_data_list: z
          .array(z.object({ rotation: z.coerce.number().optional().catch(undefined) }))
          .optional()
          .catch(undefined),
      }),
    )
    .prefault([]),
});

const probeTimeoutSeconds = 60;

async function streamsOf(
  deps: ComposeDeps,
  spec: { use: SourceUse; source: FileSource; signal: AbortSignal },
): Promise<Streams> {
  const lines: string[] = [];
  const end = await deps.run({
    command: deps.ffprobePath,
    args: sourceProbeArgs(spec.source),
    signal: spec.signal,
    timeoutSeconds: probeTimeoutSeconds,
    onStdoutLine: (line) => lines.push(line),
  });
  spec.signal.throwIfAborted();
  const halted = cutShort(end, { tool: 'ffprobe', path: spec.source.path });
  if (halted) throw halted;
  if (end.exitCode !== 0) throw unreadable({ ...spec, reason: end.stderrTail.at(-1) ?? 'no reason given' });
  return readStreams(lines.join('\n'));
}

export function sourceProbeArgs(source: Pick<FileSource, 'path' | 'container'>): string[] {
  const entries = 'stream=codec_type,width,avg_frame_rate:stream_side_data=rotation';
  return ['-v', 'error', '-show_entries', entries, '-of', 'json', ...ffprobeInputArgs(source)];
}

export function readStreams(json: string): Streams {
  const { streams } = probeDocument.parse(JSON.parse(json));
  const video = streams.find((stream) => stream.codec_type === 'video' && stream.width);
  const turned = video?.side_data_list?.find(({ rotation }) => rotation !== undefined)?.rotation ?? 0;
  const rotation = ((((Math.round(turned / 90) * 90) % 360) + 360) % 360) as Rotation;
  const [above = 0, below = 0] = (video?.avg_frame_rate ?? '').split('/').map(Number);
  return {
    ...(video ? { video: { rotation, frameRate: below > 0 ? above / below : 0 } } : {}),
    hasSound: streams.some((stream) => stream.codec_type === 'audio'),
  };
}
