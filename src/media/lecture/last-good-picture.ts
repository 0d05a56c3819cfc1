// The last moment of a recording at which something was shown, as a full-size picture: what stands in the pane while the screen is blank.
import { rm } from 'node:fs/promises';
import { isBlank, pictureBytes, pictureHeight, pictureWidth } from '../../domain/blank-picture.ts';
import { demuxerName } from '../concat-list.ts';
import { ffmpegArgs, fileUrl } from '../ffmpeg-args.ts';
import { samplingOptions } from './sample-args.ts';
import { sampleRange, type SamplePicturesSpec } from './sample-pictures.ts';
import { runForPictures, type SampledFile, type SampleDeps } from './take-pictures.ts';

export interface LastGoodPictureSpec extends Omit<SamplePicturesSpec, 'count'> {
  /** 64×36 RGB pictures that count as blank. */
  noSignal: readonly Uint8Array[];
  /** PNG; replaced when it is there. */
  outPath: string;
}

/** Each round looks ten times closer between the last good picture and the blank one after it: 3 min, 18 s, 2 s for half an hour. */
const rounds = 3;
const closeSeconds = 2;

/**
 * Writes the picture and answers true; false when none of the range is good, and then nothing is written. Square pixels, upright.
 * Throws as samplePictures does.
 */
export async function lastGoodPicture(deps: SampleDeps, spec: LastGoodPictureSpec): Promise<boolean> {
  for (const atSeconds of await goodMoments(deps, spec)) {
    if (await writeGood(deps, { ...spec, atSeconds })) return true;
  }
  await rm(spec.outPath, { force: true });
  return false;
}

/** Latest first. */
async function goodMoments(deps: SampleDeps, spec: LastGoodPictureSpec): Promise<number[]> {
  let { fromSeconds, toSeconds } = spec;
  const good: number[] = [];
  for (let round = 0; round < rounds && toSeconds - fromSeconds > closeSeconds; round++) {
    const pictures = await sampleRange(deps, { ...spec, fromSeconds, toSeconds });
    const seen = pictures.map((picture) => ({ ...picture, isGood: !isBlank(picture.pixels, spec.noSignal) }));
    good.push(...seen.filter(({ isGood }) => isGood).map(({ atSeconds }) => atSeconds));
    const last = seen.findLastIndex(({ isGood }) => isGood);
    if (last >= 0) fromSeconds = seen[last]!.atSeconds;
    toSeconds = seen[last + 1]?.atSeconds ?? toSeconds;
    if (good.length === 0 || seen.length === 0) break;
  }
  return [...new Set(good)].sort((a, b) => b - a);
}

/** The same run writes the small picture too: a seek may land a key frame late, where the screen is blank already. */
async function writeGood(
  deps: SampleDeps,
  spec: LastGoodPictureSpec & { atSeconds: number },
): Promise<boolean> {
  const { bytes } = await runForPictures(deps, { file: spec, args: stillArgs(spec) });
  return bytes.length === pictureBytes && !isBlank(bytes, spec.noSignal);
}

/** Times of frames are rounded by what prints them. */
const roundingSeconds = 0.005;

export function stillArgs(
  spec: Pick<SampledFile, 'path' | 'container'> & { atSeconds: number; outPath: string },
): string[] {
  const small = `scale=${pictureWidth}:${pictureHeight}:flags=area,format=rgb24`;
  const graph = `[0:v:0]trim=end_frame=1,split[a][b];[a]scale=w='trunc(iw*sar/2)*2':h=ih,setsar=1,format=rgb24[png];[b]${small}[small]`;
  return ffmpegArgs({
    inputs: [
      {
        options: [
          ...['-protocol_whitelist', 'file', '-format_whitelist', demuxerName[spec.container]],
          ...['-threads', '1', '-an', '-seek_timestamp', '1'],
          ...['-ss', Math.max(0, spec.atSeconds - roundingSeconds).toFixed(3)],
        ],
        source: fileUrl(spec.path),
      },
    ],
    outputs: [
      {
        options: ['-filter_complex', graph, '-map', '[png]', '-c:v', 'png', '-update', '1', '-f', 'image2'],
        target: fileUrl(spec.outPath),
      },
      { options: ['-map', '[small]', ...samplingOptions, '-f', 'rawvideo'], target: 'pipe:1' },
    ],
    progress: false,
  });
}
