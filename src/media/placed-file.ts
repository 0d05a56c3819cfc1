// A file and its own place in the output that several are copied into.
import type { ContainerName } from '../domain/gap-report.ts';
import type { ExpectedPlace } from './check-places.ts';

export interface PlacedFile {
  path: string;
  container: ContainerName;
  /** Position in the output minus presentation time in the file, seconds. */
  shiftSeconds: number;
  /** Exclusive, compared with decode times; seconds of the file's own clock. */
  outPointSeconds?: number;
  /** What the output must hold of this file; unknown where the scan could not tell. */
  expected?: ExpectedPlace;
}
