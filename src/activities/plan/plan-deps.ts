// What the plan's activities are given: adapters and numbers, built once in worker/compose.ts.
import type { Catalog } from '../../catalog/catalog.ts';
import type { Storage } from '../../storage/storage-types.ts';
import type { Downloader } from '../../transfer/http-download.ts';
import type { Exporter } from '../../transfer/exporter.ts';
import type { Scanner } from '../../media/scan/scanner.ts';
import type { Media } from '../../media/media.ts';
import type { CameraDayTiming } from './types.ts';

export interface PlanDeps {
  catalog: Catalog;
  storage: Storage;
  scanner: Scanner;
  media: Media;
  downloader: Downloader;
  exporter: Exporter;
  settings: PlanActivitySettings;
}

export interface PlanActivitySettings {
  /** Stable name of this host: the suffix of its queues. */
  host: string;
  /** Camera-days in flight per plan. */
  windowSize: number;
  segmentsInFlight: number;
  reconcileSeconds: number;
  stallSeconds: number;
  leaseSeconds: number;
  /** Directories that `file` archives may be read from. */
  fileRoots: readonly string[];
  timing: CameraDayTiming;
  /** Versions that stand in sidecars: `{ longtake, ffmpeg }`. */
  tools: Record<string, string>;
}
