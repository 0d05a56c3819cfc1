// Builds what activities are given: the only place where configuration meets adapters.
import type { LectureDeps } from '../activities/lecture/lecture-deps.ts';
import type { PlanActivitySettings } from '../activities/plan/plan-deps.ts';
import type { RestreamDeps } from '../activities/restream/restream-deps.ts';
import { isCurrentAttempt } from '../activities/plan/current-attempt.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { connectCatalog } from '../catalog/connect.ts';
import type { Config } from '../config/schema.ts';
import { createFfmpeg } from '../media/ffmpeg.ts';
import { findOverlaps } from '../media/find-overlaps.ts';
import { joinSpans } from '../media/join-spans.ts';
import { mergeParts } from '../media/merge.ts';
import { recordRtsp } from '../media/record-rtsp.ts';
import type { ReadTimes } from '../media/check-places.ts';
import { createScanner, type Scanner } from '../media/scan/scanner.ts';
import { detectMediaTools } from '../media/tools.ts';
import { createPlayback } from '../mediamtx/playback.ts';
import { createRun } from '../process/run.ts';
import { detectWrapper } from '../process/detect-wrapper.ts';
import { createStorage } from '../storage/storage.ts';
import { createExporter } from '../transfer/exporter.ts';
import { createDownloader } from '../transfer/http-download.ts';
import { composeLecture } from './compose-lecture.ts';
import { composeRestream } from './compose-restream.ts';
import { createStepLog } from './step-log.ts';
import { longtakeVersion } from './version.ts';

/** Threads that read media files: the disk is the limit, not the arithmetic. */
const scanThreads = 2;

export interface Composition {
  deps: LectureDeps & { restream: RestreamDeps };
  catalog: Catalog;
  close: () => Promise<void>;
}

/** `stopping` aborts when the worker is asked to stop. Fails with ToolMissing or ConfigInvalid before the worker takes any work. */
export async function compose(config: Config, stopping: AbortSignal): Promise<Composition> {
  const run = createRun({ wrapper: await detectWrapper() });
  const tools = await detectMediaTools(run, config.tools);
  const catalog = await connectCatalog({ ...config.catalog, keyFile: config.keyFile });
  const { ffmpegPath, ffprobePath } = tools;
  const scanner = createScanner({ run, ffprobePath, threads: scanThreads });
  const ffmpeg = createFfmpeg({ run, ffmpegPath });
  const places = { run, ffmpeg, ffmpegPath, ffprobePath, readTimes: readTimesBy(scanner) };
  const downloader = createDownloader({ ...config.download, total: config.download.slots * 2 });
  const faultPoint = createStepLog(config.debug);
  const lecture = composeLecture({ config, places, downloader });
  const deps = {
    restream: composeRestream({ config, catalog, downloader, ffmpeg, stopping }),
    lecture,
    ...(lecture.google ? { drive: lecture.google.drive } : {}),
    catalog,
    scanner,
    downloader,
    storage: createStorage({ mediaRoot: config.mediaRoot, faultPoint }),
    media: {
      joinSpans: (spec) => joinSpans(places, spec),
      recordRtsp: (spec) => recordRtsp(ffmpeg, spec),
      merge: (spec) => mergeParts(places, spec),
      findOverlaps: (spec) => findOverlaps(places, spec),
    },
    playback: (server) => createPlayback({ ...server, downloader }),
    exporter: createExporter({
      run,
      tools: { rsyncPath: config.tools.rsync, sshPath: config.tools.ssh },
      stallSeconds: config.transfer.stallSeconds,
    }),
    faultPoint,
    isCurrentAttempt,
    settings: settingsOf(config, { longtake: longtakeVersion, ffmpeg: tools.ffmpegVersion }),
  } satisfies Composition['deps'];
  const close = async (): Promise<void> => {
    await Promise.all([scanner.close(), downloader.close()]);
    await catalog.close();
  };
  return { deps, catalog, close };
}

function settingsOf(config: Config, tools: Record<string, string>): PlanActivitySettings {
  const { download, hosts, plan } = config;
  return {
    // With shared storage every worker sees the same files: one name, one set of queues.
    host: config.storage === 'shared' ? 'shared' : config.host,
    windowSize: plan.windowSize,
    segmentsInFlight: download.segmentsInFlight,
    reconcileSeconds: plan.reconcileSeconds,
    stallSeconds: { source: download.stallSeconds, media: config.media.stallSeconds },
    leaseSeconds: download.leaseSeconds,
    fileRoots: download.fileRoots,
    verifyExports: config.transfer.verify,
    timing: {
      settleSeconds: download.settleSeconds,
      giveUpSeconds: download.giveUpSeconds,
      patienceSeconds: hosts.patienceSeconds,
      heartbeatSeconds: plan.heartbeatSeconds,
    },
    tools,
  };
}

/** The media jobs ask for times alone; a file that holds none is one without pictures. */
const readTimesBy =
  (scanner: Scanner): ReadTimes =>
  async (spec) => {
    const read = await scanner.readTimes(spec);
    return { videoPts: read.kind === 'times' ? read.times.videoPts : new Float64Array(0) };
  };
