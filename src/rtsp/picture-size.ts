// Width and height of the pictures, out of a sequence parameter set of H.264 (ITU-T H.264, 7.3.2.1.1) or H.265 (ITU-T H.265, 7.3.2.2.1).
import { type BitReader, createBitReader } from './bit-reader.ts';

/** In pixels, as they are shown. */
export interface PictureSize {
  width: number;
  height: number;
}

/** No picture of a camera is larger; a number behind it comes out of a damaged set. */
const maxSide = 16_384;
/** Profiles whose sets name the chroma format and may carry scaling lists. */
const highProfiles = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/** @param set NAL unit of type 7 with its header byte; undefined when it cannot be read */
export function h264PictureSize(set: Uint8Array): PictureSize | undefined {
  const reader = createBitReader(set);
  reader.skip(8);
  const profile = reader.bits(8);
  // Constraint flags, level.
  reader.skip(16);
  // Id of the set.
  reader.golomb();
  let chroma = 1;
  if (highProfiles.includes(profile)) {
    chroma = reader.golomb();
    if (chroma === 3 && reader.flag()) chroma = 0;
    // Bit depths of luma and chroma, transform bypass.
    reader.golomb();
    reader.golomb();
    reader.skip(1);
    if (reader.flag()) skipScalingLists(reader, chroma === 3 ? 12 : 8);
  }
  // Length of frame numbers.
  reader.golomb();
  skipPictureOrder(reader);
  // Reference frames, gaps in frame numbers.
  reader.golomb();
  reader.skip(1);
  const columns = reader.golomb() + 1;
  const rows = reader.golomb() + 1;
  // A field has half the rows of its frame.
  const fieldFactor = reader.flag() ? 1 : 2;
  if (fieldFactor === 2) reader.skip(1);
  reader.skip(1);
  const unit = chromaUnit(chroma);
  const whole = { width: columns * 16, height: rows * 16 * fieldFactor };
  return cropped(reader, whole, { width: unit.width, height: unit.height * fieldFactor });
}

/** @param set NAL unit of type 33 with its two header bytes; undefined when it cannot be read */
export function hevcPictureSize(set: Uint8Array): PictureSize | undefined {
  const reader = createBitReader(set);
  // NAL header, id of the video parameter set.
  reader.skip(20);
  const subLayers = reader.bits(3);
  reader.skip(1);
  skipProfileTierLevel(reader, subLayers);
  reader.golomb();
  let chroma = reader.golomb();
  if (chroma === 3 && reader.flag()) chroma = 0;
  const whole = { width: reader.golomb(), height: reader.golomb() };
  return cropped(reader, whole, chromaUnit(chroma));
}

/** What one step of cropping removes, by chroma format: 4:2:0, 4:2:2; one pixel for all others. */
const chromaUnit = (chroma: number): PictureSize => ({
  width: chroma === 1 || chroma === 2 ? 2 : 1,
  height: chroma === 1 ? 2 : 1,
});

/** Both codecs end with a flag and, if it is set, what to cut off left, right, top and bottom. */
function cropped(reader: BitReader, whole: PictureSize, unit: PictureSize): PictureSize | undefined {
  const [left, right, top, bottom] = reader.flag()
    ? [reader.golomb(), reader.golomb(), reader.golomb(), reader.golomb()]
    : [0, 0, 0, 0];
  const width = whole.width - (left + right) * unit.width;
  const height = whole.height - (top + bottom) * unit.height;
  const isSound = [width, height].every((side) => side > 0 && side <= maxSide);
  return isSound && !reader.isSpent() ? { width, height } : undefined;
}

function skipScalingLists(reader: BitReader, count: number): void {
  for (let list = 0; list < count; list += 1) {
    if (!reader.flag()) continue;
    let [last, next] = [8, 8];
    for (let index = 0; index < (list < 6 ? 16 : 64) && next !== 0; index += 1) {
      next = (last + reader.signedGolomb() + 256) & 255;
      last = next === 0 ? last : next;
    }
  }
}

function skipPictureOrder(reader: BitReader): void {
  const kind = reader.golomb();
  if (kind === 0) reader.golomb();
  if (kind !== 1) return;
  reader.skip(1);
  reader.golomb();
  reader.golomb();
  const cycle = reader.golomb();
  for (let index = 0; index < cycle && !reader.isSpent(); index += 1) reader.golomb();
}

function skipProfileTierLevel(reader: BitReader, subLayers: number): void {
  const [profileBits, levelBits] = [88, 8];
  reader.skip(profileBits + levelBits);
  const present = Array.from({ length: subLayers }, () => ({ profile: reader.flag(), level: reader.flag() }));
  if (subLayers > 0) reader.skip((8 - subLayers) * 2);
  for (const { profile, level } of present)
    reader.skip((profile ? profileBits : 0) + (level ? levelBits : 0));
}
