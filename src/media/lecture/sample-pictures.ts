// Small pictures of a recording at moments spread over a range: enough to see whether anything was shown, at a hundredth of the cost of decoding it.
import { Fault } from '../../domain/fault.ts';
import { type SampledFile, type SampledPicture, type SampleDeps, takePictures } from './take-pictures.ts';

export interface SamplePicturesSpec extends SampledFile {
  /** Presentation times of the file, seconds; half-open. */
  fromSeconds: number;
  toSeconds: number;
  /** 10 unless said otherwise. */
  count?: number;
}

const defaultCount = 10;

/** A twentieth of the range at either end is left out: there the slot before or after may still be seen. */
const marginShare = 0.05;

/**
 * A key frame this far from the moment that was asked for still stands for it. Recorders of rooms send one every 1 to 4 s, the
 * "smart" ones every 10 s.
 */
const nearSeconds = 12;

/** One ffmpeg holds a decoder for each moment. */
const momentsAtOnce = 16;

/**
 * Pictures (64×36 RGB) at `count` moments spread evenly over the range, in order. A file that ends early, has holes or is damaged gives
 * fewer; one that cannot be read, or holds no video, none.
 * Throws NotFound without the file, EncoderStalled, StorageFault, EncoderFailed; the signal's reason when cancelled.
 */
export async function samplePictures(deps: SampleDeps, spec: SamplePicturesSpec): Promise<Uint8Array[]> {
  return (await sampleRange(deps, spec)).map(({ pixels }) => pixels);
}

/** The same with the time of each picture. */
export async function sampleRange(deps: SampleDeps, spec: SamplePicturesSpec): Promise<SampledPicture[]> {
  const moments = momentsOf(spec);
  const found: (SampledPicture | undefined)[] = [];
  for (let first = 0; first < moments.length; first += momentsAtOnce) {
    const some = moments.slice(first, first + momentsAtOnce);
    found.push(...(await takeNear(deps, { ...spec, moments: some })));
  }
  return found.filter((picture) => picture !== undefined);
}

/**
 * What is seen so many seconds after the file's beginning, for `room learn-blank`: the first frame at or after that moment.
 * Throws as above, and MediaUnreadable when there is no such frame.
 */
export async function samplePictureAt(
  deps: SampleDeps,
  spec: SampledFile & { atSeconds: number },
): Promise<Uint8Array> {
  const [picture] = await takePictures(deps, { ...spec, moments: [spec.atSeconds], way: 'fromStart' });
  if (picture) return picture.pixels;
  throw new Fault('MediaUnreadable', `${spec.path} shows no picture at ${spec.atSeconds} s or after it`);
}

/** @param range seconds; empty for an empty one */
function momentsOf({ fromSeconds, toSeconds, count = defaultCount }: SamplePicturesSpec): number[] {
  const lengthSeconds = toSeconds - fromSeconds;
  if (lengthSeconds <= 0) return [];
  const marginSeconds = lengthSeconds * marginShare;
  const stepSeconds = (lengthSeconds - 2 * marginSeconds) / count;
  return Array.from({ length: count }, (_, at) => fromSeconds + marginSeconds + stepSeconds * (at + 0.5));
}

/**
 * Key frames first, because they are decoded alone; where the nearest one is too far, because they are rare or the recording has a hole
 * or an end there, the frames between are decoded too.
 */
async function takeNear(
  deps: SampleDeps,
  spec: SamplePicturesSpec & { moments: readonly number[] },
): Promise<(SampledPicture | undefined)[]> {
  const { moments, fromSeconds, toSeconds } = spec;
  const found = await takePictures(deps, { ...spec, way: 'keyFrames' });
  const far = moments.flatMap((seconds, at) => {
    const awaySeconds = Math.abs(seconds - (found[at]?.atSeconds ?? -Infinity));
    return awaySeconds <= nearSeconds ? [] : [at];
  });
  if (far.length === 0) return found;
  const exact = await takePictures(deps, { ...spec, moments: far.map((at) => moments[at]!), way: 'exact' });
  for (const [place, at] of far.entries()) {
    const picture = exact[place];
    const isInside = picture && picture.atSeconds >= fromSeconds && picture.atSeconds < toSeconds;
    found[at] = isInside ? picture : undefined;
  }
  return found;
}
