// What the stages of one test file share: the recorder's files, the workflows' bundle, and the files of an undisturbed run.
import { join } from 'node:path';
import { ownNamespace } from '../../../setup/own-namespace.ts';
import { tempDir } from '../../../setup/servers.ts';
import { workflowBundle } from '../../../setup/workflow-bundle.ts';
import type { Published } from '../../faults/published.ts';
import { type LectureStage, type LectureStageSpec, openLectureStage } from './lecture-stage.ts';
import { expectOnce } from './once.ts';
import { orderLecture } from './ordered-lecture.ts';
import { recordFiles } from './recorded-files.ts';

/** Of a test: far more than any of them takes on two busy cores. */
export const patienceMs = 1_200_000;

export interface LectureTheatre extends AsyncDisposable {
  dir: string;
  openStage(
    name: string,
    more?: Partial<Pick<LectureStageSpec, 'settings' | 'temporal' | 'catalogUrl'>>,
  ): Promise<LectureStage>;
  /** What a run leaves in which nothing goes wrong; run once. */
  calm(): Promise<CalmRun>;
}

export interface CalmRun {
  published: Published;
  /** Names of Google's methods in the order in which they were asked. */
  calls: string[];
}

export async function openLectureTheatre(): Promise<LectureTheatre> {
  const dir = await tempDir();
  const [files, { codePath }] = await Promise.all([
    recordFiles(join(dir.path, 'files')),
    workflowBundle(),
  ]).catch(async (error: unknown) => {
    await dir.remove();
    throw error;
  });
  const open: LectureTheatre['openStage'] = async (name, more = {}) => {
    const temporal = more.temporal ?? (await ownNamespace());
    return await openLectureStage({ ...more, name, temporal, codePath, files, dir: join(dir.path, name) });
  };
  let calm: Promise<CalmRun> | undefined;
  return {
    dir: dir.path,
    openStage: open,
    calm: () => (calm ??= runCalmly(open)),
    [Symbol.asyncDispose]: () => dir.remove(),
  };
}

async function runCalmly(open: LectureTheatre['openStage']): Promise<CalmRun> {
  await using stage = await open('calm');
  using lecture = await orderLecture(stage, 'calm');
  await stage.addWorker().ready;
  const lectureId = await lecture.request();
  await lecture.end();
  const published = lecture.published();
  // Document, video, backup, poster and sheet here; all but the document at the target.
  if (published.size !== 9) throw new Error(`an undisturbed run left ${[...published.keys()].join()}`);
  await expectOnce({ lecture, lectureId, calm: published, where: 'an undisturbed run' });
  const asked = stage.google.journal.entries.slice(lecture.since.requests);
  return { published, calls: asked.map(({ api }) => api) };
}
