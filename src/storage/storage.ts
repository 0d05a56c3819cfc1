// The media root of one host: work directories, key locks, publishing and sidecars put together behind one door.
import type { FaultPoint } from '../domain/fault-point.ts';
import type { Storage } from './storage-types.ts';

export type {
  CoverageRead,
  FileFacts,
  GapReportRead,
  PublishRequest,
  Storage,
  WorkEntry,
} from './storage-types.ts';

/** @param deps.faultPoint is called before and after each step of publishing; only kill tests pass one. */
export function createStorage(deps: { mediaRoot: string; faultPoint?: FaultPoint }): Storage {
  throw new Error(`not built yet: ${deps.mediaRoot}`);
}
