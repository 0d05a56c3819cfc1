// The H.264 encoders that a slot can be made with, and the search for one of a graphics card that works on this host.
import { isFault } from '../../domain/fault.ts';
import type { Ffmpeg } from '../ffmpeg.ts';
import { ffmpegArgs } from '../ffmpeg-args.ts';

export interface VideoEncoder {
  /** ffmpeg's name of it. */
  name: string;
  /** Options that open its device; they stand before the first input. */
  deviceOptions: readonly string[];
  /** Filters behind the graph that bring pictures onto the card. */
  lastFilters: readonly string[];
  /** Rate control. */
  options: readonly string[];
}

/**
 * What a still room rewards is looking far ahead, not searching long for movement: for 0.4 of the encoder's time it looks like ffmpeg's
 * defaults (medium, crf 23). Measured in docs/decisions/0016-lecture-encoding.md. `stitchable` keeps what a slot shows out of its
 * stream's header: slots of one lecture then share it and join by copy.
 */
const x264 = 'me=dia:rc-lookahead=40:bframes=2:b-adapt=0:weightp=0:stitchable=1';

export const softwareEncoder: VideoEncoder = {
  name: 'libx264',
  deviceOptions: [],
  lastFilters: [],
  options: ['-preset', 'veryfast', '-crf', '21.7', '-profile:v', 'high', '-x264-params', x264],
};

export const hardwareEncoders: readonly VideoEncoder[] = [
  {
    name: 'h264_nvenc',
    deviceOptions: [],
    lastFilters: [],
    options: ['-preset', 'p4', '-rc', 'vbr', '-cq', '23', '-b:v', '0', '-bf', '2', '-profile:v', 'high'],
  },
  {
    name: 'h264_qsv',
    deviceOptions: [],
    lastFilters: ['format=nv12'],
    options: ['-global_quality', '22', '-bf', '2', '-profile:v', 'high'],
  },
  {
    name: 'h264_vaapi',
    deviceOptions: ['-vaapi_device', '/dev/dri/renderD128'],
    lastFilters: ['format=nv12', 'hwupload'],
    options: ['-qp', '22', '-bf', '2', '-profile:v', 'high'],
  },
];

/** Seconds between key frames at most, as ffmpeg has it for 25 frames a second; more of them cost a tenth of the bytes. */
const keyFrameSeconds = 10;

/** Everything behind the graph that makes a slot's picture; groups of pictures are closed, so that slots join. */
export function videoOptions(encoder: VideoEncoder, frameRate: number): string[] {
  const group = String(frameRate * keyFrameSeconds);
  return ['-c:v', encoder.name, ...encoder.options, '-g', group, '-flags', '+cgop'];
}

/** Answers the card's encoder, or undefined where none works. */
export type FindHardwareEncoder = (signal: AbortSignal) => Promise<VideoEncoder | undefined>;

/** Tries each candidate once with a few pictures; what was found is remembered for the life of the worker. */
export function createHardwareSearch(
  deps: { ffmpeg: Ffmpeg },
  candidates: readonly VideoEncoder[] = hardwareEncoders,
): FindHardwareEncoder {
  let found: Promise<VideoEncoder | undefined> | undefined;
  return async (signal) => {
    found ??= firstWorking(deps.ffmpeg, { candidates, signal });
    try {
      return await found;
    } catch (error) {
      found = undefined;
      throw error;
    }
  };
}

async function firstWorking(
  ffmpeg: Ffmpeg,
  spec: { candidates: readonly VideoEncoder[]; signal: AbortSignal },
): Promise<VideoEncoder | undefined> {
  for (const encoder of spec.candidates) if (await works(ffmpeg, encoder, spec.signal)) return encoder;
  return undefined;
}

const trialFrames = 10;
const trialTimeoutSeconds = 20;

/** A listed encoder says nothing: without its card or driver it fails at the first picture. */
async function works(ffmpeg: Ffmpeg, encoder: VideoEncoder, signal: AbortSignal): Promise<boolean> {
  try {
    await ffmpeg({
      purpose: `a trial of ${encoder.name}`,
      args: trialArgs(encoder),
      signal,
      stallSeconds: trialTimeoutSeconds,
      timeoutSeconds: trialTimeoutSeconds,
      check: ({ progress }) =>
        progress.frames === trialFrames
          ? undefined
          : `wrote ${progress.frames ?? 0} of ${trialFrames} pictures`,
    });
    return true;
  } catch (error) {
    if (isFault(error, 'EncoderFailed', 'EncoderStalled', 'MediaUnreadable', 'StorageFault')) return false;
    throw error;
  }
}

export function trialArgs(encoder: VideoEncoder): string[] {
  const filters = ['format=yuv420p', ...encoder.lastFilters].join(',');
  return ffmpegArgs({
    inputs: [{ options: [...encoder.deviceOptions, '-f', 'lavfi'], source: 'color=s=640x360:r=25' }],
    outputs: [
      {
        options: [
          ...['-vf', filters, '-frames:v', String(trialFrames)],
          ...videoOptions(encoder, 25),
          '-f',
          'null',
        ],
        target: 'pipe:1',
      },
    ],
  });
}
