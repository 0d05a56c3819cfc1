// The whole merge activity of a camera-day (reports, overlap search, copy, checks, hash, publish) against cat of the same bytes.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createDownloadActivities, createMediaActivities } from '../src/activities/index.ts';
import type { LectureDeps } from '../src/activities/lecture/lecture-deps.ts';
import { addCamera } from '../src/client/camera.ts';
import { addPlan } from '../src/client/plan.ts';
import { loadConfig } from '../src/config/load.ts';
import { planRequest } from '../src/contract/plan.ts';
import { cutIntoSegments } from '../src/domain/segment.ts';
import { createStorage } from '../src/storage/storage.ts';
import { compose } from '../src/worker/compose.ts';
import { asActivity } from './activity-context.ts';
import type { Bench, BenchResult } from './bench.ts';
import { spreadOf } from './bench.ts';
import { concatenate } from './concatenate.ts';
import { costOf, takeTurns } from './ratio.ts';
import { makeRecording } from './recording.ts';
import { inMegabytes, inScratch, inSeconds } from './scratch.ts';

const segments = 12;
const segmentSeconds = 300;
const cameraId = 'bench';

/** Wall time inside the media's fsync, milliseconds. The disk's business, so it is taken out of the ratio. */
function fsyncWatch(): { faultPoint: (step: string) => void; takeMs: () => number } {
  let sumMs = 0;
  let beganMs = 0;
  return {
    faultPoint: (step) => {
      if (step === 'publish.fsync-file.before') beganMs = performance.now();
      if (step === 'publish.fsync-file.after') sumMs += performance.now() - beganMs;
    },
    takeMs: () => {
      const ms = sumMs;
      sumMs = 0;
      return ms;
    },
  };
}

/** A camera whose archive is one file for all its segments, and a plan over the hour they fill. */
async function addDay(
  { catalog }: Pick<LectureDeps, 'catalog'>,
  place: { archive: string; mediaRoot: string },
): Promise<string> {
  const fields = {
    id: cameraId,
    timeZone: 'UTC',
    archiveKind: 'file',
    archiveUrl: `file://${place.archive}`,
  };
  await addCamera(catalog, { fields });
  const spec = planRequest.parse({
    date: '2026-01-05',
    window: '12:00-13:00',
    toleranceWindow: '00:00-24:00',
    cameras: { ids: [cameraId] },
    steps: ['download', 'merge'],
    segmentSeconds,
  });
  const { id } = await addPlan({
    catalog,
    spec,
    mediaRoot: place.mediaRoot,
    workersAreHere: true,
    dryRun: false,
  });
  return id!;
}

/** Downloads the whole day by its own activity, and answers where the segments stand. */
async function downloadDay(deps: LectureDeps, planId: string): Promise<string[]> {
  const day = await deps.catalog.cameraDays.require({ planId, index: 0 });
  const downloads = createDownloadActivities(deps);
  const paths: string[] = [];
  for (const key of cutIntoSegments(day, segmentSeconds)) {
    const request = {
      planId,
      cameraId,
      ...key,
      maxDownloadAttempts: 1,
      gapThresholdSeconds: 2,
      force: false,
    };
    const { missingSeconds } = await asActivity(() => downloads.downloadSegment(request));
    if (missingSeconds > 0) throw new Error(`A segment of the measurement misses ${missingSeconds} s`);
    const row = await deps.catalog.segments.get({ cameraId, ...key });
    paths.push(deps.storage.resolve(row!.path!));
  }
  return paths;
}

async function measure(dir: string): Promise<BenchResult> {
  const config = loadConfig({ flags: { data: dir }, env: { PATH: process.env['PATH'] }, cwd: dir });
  await mkdir(config.mediaRoot, { recursive: true });
  const archive = join(dir, 'archive.flv');
  await makeRecording(archive, segmentSeconds);
  const composed = await compose(config, new AbortController().signal);
  try {
    const watch = fsyncWatch();
    const storage = createStorage({ mediaRoot: config.mediaRoot, faultPoint: watch.faultPoint });
    const deps = { ...composed.deps, storage, isCurrentAttempt: async () => true };
    const planId = await addDay(deps, { archive, mediaRoot: config.mediaRoot });
    const sources = await downloadDay(deps, planId);
    return await race({ deps, planId, sources, dir, watch });
  } finally {
    await composed.close();
  }
}

interface Race {
  deps: LectureDeps;
  planId: string;
  sources: readonly string[];
  dir: string;
  watch: ReturnType<typeof fsyncWatch>;
}

async function race({ deps, planId, sources, dir, watch }: Race): Promise<BenchResult> {
  const { mergeDay } = createMediaActivities(deps);
  const day = await deps.catalog.cameraDays.require({ planId, index: 0 });
  const window = { startAt: new Date(day.startMs).toISOString(), endAt: new Date(day.endMs).toISOString() };
  const request = { planId, index: 0, cameraId, gapMode: 'hole', gapThresholdSeconds: 2, window } as const;
  const catPath = join(dir, 'cat.bin');
  let sizeBytes = 0;
  const merge = async () => {
    watch.takeMs();
    const cost = await costOf(async () => {
      const outcome = await asActivity(() => mergeDay(request));
      if (outcome.missingSeconds > 0) throw new Error(`The merge misses ${outcome.missingSeconds} s`);
      sizeBytes = outcome.sizeBytes;
    });
    const fsyncMs = watch.takeMs();
    return { ...cost, fsyncMs, restMs: cost.ms - fsyncMs };
  };
  const turns = await takeTurns({
    ours: merge,
    theirs: () => costOf(() => concatenate(sources, catPath)),
    tidy: () =>
      Promise.all(
        [catPath, deps.storage.resolve('merged')].map((path) => rm(path, { recursive: true, force: true })),
      ),
    rounds: 7,
  });
  const median = (of: (turn: (typeof turns)[number]) => number): string =>
    inSeconds(spreadOf(turns.map(of)).median);
  return {
    ratios: turns.map(([ours, theirs]) => ours.restMs / theirs.ms),
    detail: `${median(([ours]) => ours.restMs)} against ${median(([, theirs]) => theirs.ms)}, fsync apart ${median(([ours]) => ours.fsyncMs)}, ${inMegabytes(sizeBytes)}`,
    apart: [
      {
        what: 'merge-activity in CPU time',
        ratios: turns.map(([ours, theirs]) => ours.cpuMs / theirs.cpuMs),
      },
      {
        what: 'fsync of the merged file ÷ the same cat',
        ratios: turns.map(([ours, theirs]) => ours.fsyncMs / theirs.ms),
      },
      {
        what: 'fsync as a share of the whole merge activity',
        ratios: turns.map(([ours]) => ours.fsyncMs / ours.ms),
      },
    ],
  };
}

export const benches: Bench[] = [
  {
    name: 'merge-activity',
    title: `whole merge activity of ${segments} FLV files of ${segmentSeconds / 60} minutes ÷ cat`,
    target: 4,
    limit:
      'the copy alone is over the target by the measure of this cat (see merge-copy), and SHA-256 of the result takes twice as long as cat; the checks, the search at the joints and the reports are the small rest. More in [0012](../decisions/0012-merge-cost.md).',
    run: () => inScratch('disk', measure),
  },
];
