// One small picture of a file on this machine, a recording or a picture itself: what `room learn-blank` stores.
import { open } from 'node:fs/promises';
import type { Config } from '../config/schema.ts';
import { pictureBytes, pictureHeight, pictureWidth } from '../domain/blank-picture.ts';
import { Fault } from '../domain/fault.ts';
import { ffmpegArgs, fileUrl } from '../media/ffmpeg-args.ts';
import { samplePictureAt } from '../media/lecture/sample-pictures.ts';
import { sniffBytes, sniffContainer } from '../media/scan/sniff.ts';
import type { Run } from '../process/run-spec.ts';
import { createRun } from '../process/run.ts';
import { detectWrapper } from '../process/detect-wrapper.ts';

export interface PictureSpec {
  config: Config;
  /** Absolute. */
  path: string;
  /** Where in a recording; of no meaning for a picture. */
  atSeconds: number;
  signal: AbortSignal;
}

/** 64×36 RGB. Throws Fault NotFound without the file, MediaUnreadable when it shows nothing there. */
export async function takePicture({ config, path, atSeconds, signal }: PictureSpec): Promise<Uint8Array> {
  const run = createRun({ wrapper: await detectWrapper() });
  const { stallSeconds } = config.media;
  const head = await readHead(path);
  const demuxer = pictureDemuxer(head);
  if (demuxer !== undefined)
    return readPicture({ run, ffmpegPath: config.tools.ffmpeg, path, demuxer, signal, stallSeconds });
  const container = sniffContainer(head);
  if (container === 'empty' || container === 'notMedia')
    throw new Fault('MediaUnreadable', `${path} is neither a recording nor a picture.`, {
      remedy: 'Give an MP4, FLV, MPEG-TS or Matroska file, a PNG or a JPEG.',
    });
  const deps = { run, ffmpegPath: config.tools.ffmpeg };
  return samplePictureAt(deps, { path, container, atSeconds, signal, stallSeconds });
}

async function readHead(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sniffBytes), 0, sniffBytes, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new Fault('NotFound', `The file ${path} cannot be read: ${code}.`, {
      remedy: 'Check the path and its permissions.',
    });
  }
}

function pictureDemuxer(head: Uint8Array): 'png_pipe' | 'jpeg_pipe' | undefined {
  const start = Buffer.from(head).toString('latin1', 0, 8);
  if (start === '\u0089PNG\r\n\u001a\n') return 'png_pipe';
  return start.startsWith('\u00ff\u00d8\u00ff') ? 'jpeg_pipe' : undefined;
}

interface PictureFile {
  run: Run;
  ffmpegPath: string;
  path: string;
  demuxer: string;
  signal: AbortSignal;
  stallSeconds: number;
}

/** A picture of 8K has 33 million pixels; more would only take memory. */
const maxPixels = 40_000_000;

async function readPicture(spec: PictureFile): Promise<Uint8Array> {
  const { run, ffmpegPath, path, demuxer, signal, stallSeconds } = spec;
  const chunks: Buffer[] = [];
  const limits = ['-protocol_whitelist', 'file', '-max_pixels', String(maxPixels)];
  await run({
    command: ffmpegPath,
    args: ffmpegArgs({
      inputs: [{ options: [...limits, '-f', demuxer], source: fileUrl(path) }],
      outputs: [
        {
          options: [
            ...['-vf', `scale=${pictureWidth}:${pictureHeight}:flags=area,format=rgb24`],
            ...['-frames:v', '1', '-f', 'rawvideo'],
          ],
          target: 'pipe:1',
        },
      ],
      progress: false,
    }),
    signal,
    stallSeconds,
    onStdout: (chunk, progress) => {
      chunks.push(chunk);
      progress();
    },
  });
  signal.throwIfAborted();
  const pixels = Buffer.concat(chunks);
  if (pixels.length === pictureBytes) return pixels;
  throw new Fault('MediaUnreadable', `${path} is a picture that cannot be read.`);
}
