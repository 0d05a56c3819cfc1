// What the stages of one test file share: a Temporal server, an archive with its day, and the result of an undisturbed run.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Archive } from '../../fakes/archive.ts';
import { tempDir } from '../../setup/servers.ts';
import { openArchiveDay } from './archive-day.ts';
import { type FaultServer, startFaultServer } from './fault-server.ts';
import { leftovers, type Published, readPublished } from './published.ts';
import { openStage, type Stage, type StageSpec } from './stage.ts';

export interface Theatre extends AsyncDisposable {
  dir: string;
  server: FaultServer;
  archive: Archive;
  openStage(
    name: string,
    more?: Partial<Pick<StageSpec, 'catalogUrl' | 'target' | 'settings'>>,
  ): Promise<Stage>;
  /** What a run leaves in which nobody dies; run once. */
  calm(): Promise<Published>;
}

/** Slow enough that a download is easily met, quick enough that a plan ends in seconds. */
const defaultBytesPerSecond = 60_000;

export async function openTheatre({ bytesPerSecond = defaultBytesPerSecond } = {}): Promise<Theatre> {
  const dir = await tempDir();
  const clips = join(dir.path, 'clips');
  await mkdir(clips);
  const [server, day] = await Promise.all([
    startFaultServer(dir.path),
    openArchiveDay({ dir: clips, bytesPerSecond }),
  ]);
  const open: Theatre['openStage'] = (name, more = {}) =>
    openStage({ ...more, server, name, dir: join(dir.path, name), day });
  let calm: Promise<Published> | undefined;
  return {
    dir: dir.path,
    server,
    archive: day.archive,
    openStage: open,
    calm: () => (calm ??= runCalmly(open)),
    async [Symbol.asyncDispose]() {
      await day[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await dir.remove();
    },
  };
}

async function runCalmly(open: Theatre['openStage']): Promise<Published> {
  await using stage = await open('calm');
  await stage.addWorker().ready;
  await stage.start();
  const state = await stage.end();
  const left = leftovers(stage.places);
  const calm = readPublished(stage.places);
  const seen = stage.watch.strangers(calm);
  if (state !== 'incomplete' || calm.size < 15 || left.length > 0 || seen.length > 0)
    throw new Error(
      `an undisturbed run ended ${state}, ${calm.size} files, left ${left.join()}, half ${seen.join()}`,
    );
  return calm;
}
