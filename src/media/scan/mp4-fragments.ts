// Reads movie fragments (`moof`) of fragmented MP4 into composition times; samples whose bytes are not in the file are left out.
import type { ByteWindow } from './byte-source.ts';
import { BoxReader, boxesIn, type Box } from './mp4-boxes.ts';
import type { FragmentDefaults, Mp4Track } from './mp4-moov.ts';
import { maxTrackSamples, TimeList, tooManySamples } from './track-times.ts';

/** Flags of `tfhd` (ISO 14496-12, 8.8.7) and `trun` (8.8.8). */
const tfhd = { baseDataOffset: 0x1, description: 0x2, duration: 0x8, size: 0x10 };
const trun = {
  dataOffset: 0x1,
  firstFlags: 0x4,
  duration: 0x100,
  size: 0x200,
  flags: 0x400,
  composition: 0x800,
};

/** Times of one track collected over all fragments, in ticks. */
export class FragmentTimes {
  readonly composition = new TimeList();
  /** Where the next fragment begins when it does not say so itself. */
  nextDecodeTicks = 0;
  backwardsTicks = 0;
  /** The most negative composition offset: ffmpeg moves the track up by it. */
  lowestOffsetTicks = 0;

  toArray(): Float64Array {
    const all = this.composition.toArray();
    if (this.lowestOffsetTicks < 0)
      for (let at = 0; at < all.length; at++) all[at]! -= this.lowestOffsetTicks;
    return all;
  }
}

interface Run {
  times: FragmentTimes;
  defaults: FragmentDefaults;
  decodeTicks: number;
  /** File position of the next sample. */
  dataPosition: number;
}

export interface FragmentReader {
  window: ByteWindow;
  /** The tracks that we follow, by track id. */
  tracks: ReadonlyMap<number, { track: Mp4Track; times: FragmentTimes }>;
}

/** Adds the samples of one fragment; answers false when the file ends inside its data. */
export function readFragment(reader: FragmentReader, moof: Box): boolean {
  let dataPosition = moof.start;
  let isWhole = true;
  for (const traf of boxesIn(reader.window, moof.body, moof.end)) {
    if (traf.type !== 'traf') continue;
    const end = readTrackFragment(reader, { moof, traf, dataPosition });
    dataPosition = end.dataPosition;
    isWhole &&= end.isWhole;
  }
  return isWhole;
}

function readTrackFragment(
  reader: FragmentReader,
  at: { moof: Box; traf: Box; dataPosition: number },
): { dataPosition: number; isWhole: boolean } {
  const { window } = reader;
  let run: Run | undefined;
  let base = at.dataPosition;
  let isWhole = true;
  for (const box of boxesIn(window, at.traf.body, at.traf.end)) {
    if (box.type === 'tfhd') {
      const header = readHeader(reader, { box, moof: at.moof, base });
      base = header.base;
      run = header.run;
    }
    if (box.type === 'tfdt' && run) startAt(run, readDecodeTime(window, box));
    if (box.type === 'trun' && run) isWhole = readRun(window, { box, run, base }) && isWhole;
  }
  if (run) run.times.nextDecodeTicks = run.decodeTicks;
  return { dataPosition: run?.dataPosition ?? base, isWhole };
}

function readHeader(
  reader: FragmentReader,
  at: { box: Box; moof: Box; base: number },
): { base: number; run: Run | undefined } {
  const fields = new BoxReader(reader.window, at.box);
  const flags = fields.u32() & 0xffffff;
  const followed = reader.tracks.get(fields.u32());
  let base = at.base;
  if (flags & tfhd.baseDataOffset) base = fields.u64();
  else if (flags & 0x20000) base = at.moof.start;
  if (flags & tfhd.description) fields.skip(4);
  if (!followed) return { base, run: undefined };
  const { track, times } = followed;
  const duration = flags & tfhd.duration ? fields.u32() : track.fragmentDefaults.duration;
  const size = flags & tfhd.size ? fields.u32() : track.fragmentDefaults.size;
  return {
    base,
    run: { times, defaults: { duration, size }, decodeTicks: times.nextDecodeTicks, dataPosition: base },
  };
}

function readDecodeTime(window: ByteWindow, box: Box): number {
  const fields = new BoxReader(window, box);
  return fields.u32() >>> 24 === 1 ? fields.u64() : fields.u32();
}

function startAt(run: Run, decodeTicks: number): void {
  if (run.times.composition.length > 0) {
    run.times.backwardsTicks = Math.max(run.times.backwardsTicks, run.times.nextDecodeTicks - decodeTicks);
  }
  run.decodeTicks = decodeTicks;
}

function readRun(window: ByteWindow, at: { box: Box; run: Run; base: number }): boolean {
  const { run } = at;
  const fields = new BoxReader(window, at.box);
  const flags = fields.u32() & 0xffffff;
  const count = fields.u32();
  if (count > maxTrackSamples) throw tooManySamples(count);
  if (flags & trun.dataOffset) run.dataPosition = at.base + fields.i32();
  if (flags & trun.firstFlags) fields.skip(4);
  const hasFields = (flags & (trun.duration | trun.size | trun.flags | trun.composition)) !== 0;
  for (let left = count; left > 0; left--) {
    if (hasFields && fields.remaining <= 0) return true;
    const duration = flags & trun.duration ? fields.u32() : run.defaults.duration;
    const size = flags & trun.size ? fields.u32() : run.defaults.size;
    if (flags & trun.flags) fields.skip(4);
    const offset = flags & trun.composition ? fields.i32() : 0;
    if (run.dataPosition >= window.source.sizeBytes) return false;
    if (offset < run.times.lowestOffsetTicks) run.times.lowestOffsetTicks = offset;
    run.times.composition.push(run.decodeTicks + offset);
    run.decodeTicks += duration;
    run.dataPosition += size;
  }
  return run.dataPosition <= window.source.sizeBytes;
}
