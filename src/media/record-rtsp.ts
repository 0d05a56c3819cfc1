// Records an RTSP source for a given time without the address ever standing in argv: it goes to ffmpeg by stdin, as a list of one file.
import { mkdir } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { Fault, isFault } from '../domain/fault.ts';
import { quoteForList } from './concat-list.ts';
import { ffmpegArgs, fileUrl } from './ffmpeg-args.ts';
import type { Ffmpeg, FfmpegProgress } from './ffmpeg.ts';

export interface RecordSpec {
  /** rtsp:// or rtsps://, with the credentials percent-encoded in it; secret. */
  url: string;
  /** `.mkv` takes every codec and starts its clock at zero; `.ts` makes AAC of the sound and starts at zero too. */
  outPath: string;
  seconds: number;
  /** Nothing new for this long ends the recording. */
  stallSeconds: number;
  signal: AbortSignal;
  onProgress?: (progress: FfmpegProgress) => void;
}

export interface RecordResult {
  /** False when the source ended, stalled or broke off before `seconds`: what came until then is in the file. */
  complete: boolean;
  /** Seconds of media written, over all streams. */
  recordedSeconds: number;
  /** Why it is not complete. */
  reason?: string;
}

/** A source may end this much early by its own clock and still count as complete. */
const earlyEndSeconds = 1;

/** An archive that plays slower than real time gets twice the length, and this to connect. */
const extraSeconds = 120;

/**
 * Writes up to `seconds` of the first video and audio stream. A source that dies ends ffmpeg with exit code 0, so the length
 * decides. Throws AuthRejected, SourceMissing, SourceBusy, SourceUnreachable, SourceStalled, MediaUnreadable when nothing came,
 * DiskFull and StorageFault at any time, ForbiddenUrl for another kind of address.
 */
export async function recordRtsp(ffmpeg: Ffmpeg, spec: RecordSpec): Promise<RecordResult> {
  const stdin = rtspListText(spec.url);
  await mkdir(dirname(spec.outPath), { recursive: true });
  let latest: FfmpegProgress = {};
  try {
    await ffmpeg({
      purpose: 'a recording',
      args: recordArgs(spec),
      stdin,
      secrets: secretsOf(spec.url),
      live: true,
      signal: spec.signal,
      stallSeconds: spec.stallSeconds,
      timeoutSeconds: spec.seconds * 2 + extraSeconds,
      onProgress: (progress) => {
        latest = progress;
        spec.onProgress?.(progress);
      },
    });
  } catch (error) {
    if (!isFault(error, 'SourceUnreachable', 'SourceStalled', 'EncoderFailed') || !latest.frames) throw error;
    return { complete: false, recordedSeconds: latest.outSeconds ?? 0, reason: error.message };
  }
  if (!latest.frames) throw new Fault('MediaUnreadable', 'The source ended before it sent a picture');
  const recordedSeconds = latest.outSeconds ?? 0;
  if (recordedSeconds >= spec.seconds - earlyEndSeconds) return { complete: true, recordedSeconds };
  return {
    complete: false,
    recordedSeconds,
    reason: `The source ended after ${recordedSeconds.toFixed(1)} of ${spec.seconds} s`,
  };
}

/** What ffmpeg reads from stdin. */
export function rtspListText(url: string): string {
  if (!/^rtsps?:\/\/[^\s]+$/i.test(url))
    throw new Fault('ForbiddenUrl', 'Only rtsp and rtsps sources can be recorded');
  return [
    'ffconcat version 1.0',
    `file ${quoteForList(url)}`,
    'option rtsp_transport tcp',
    // Microseconds of silence on the socket; the watchdog above it is shorter or longer as the caller wishes.
    'option timeout 15000000',
    '',
  ].join('\n');
}

export function recordArgs(spec: { url: string; outPath: string; seconds: number }): string[] {
  const isTransport = extname(spec.outPath) === '.ts';
  const protocols = ['pipe', 'rtsp', 'rtp', 'tcp', 'udp', ...(/^rtsps:/i.test(spec.url) ? ['tls'] : [])];
  return ffmpegArgs({
    inputs: [
      {
        options: ['-protocol_whitelist', protocols.join(','), '-f', 'concat', '-safe', '0'],
        source: 'pipe:0',
      },
    ],
    outputs: [
      {
        options: [
          ...['-t', String(spec.seconds), '-map', '0:v:0', '-map', '0:a:0?', '-c:v', 'copy'],
          // G.711 in a transport stream is written with success and cannot be read again.
          ...['-c:a', isTransport ? 'aac' : 'copy'],
          ...(isTransport ? ['-muxdelay', '0', '-muxpreload', '0'] : []),
          ...['-map_metadata', '-1', '-f', isTransport ? 'mpegts' : 'matroska'],
        ],
        target: fileUrl(spec.outPath),
      },
    ],
  });
}

/** Every form in which the address's password could come back in a message. */
function secretsOf(url: string): string[] {
  const userInfo = /^[a-z]+:\/\/([^/]*)@/i.exec(url)?.[1];
  if (userInfo === undefined) return [];
  const password = userInfo.slice(userInfo.indexOf(':') + 1);
  return [...new Set([userInfo, password, decoded(password)])].filter((secret) => secret !== '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
