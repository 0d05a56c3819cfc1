// A staged lecture on the test run's Temporal server: own hosts, ids and, unless given, namespace per run.
import { randomUUID } from 'node:crypto';
import { ownNamespace } from '../setup/own-namespace.ts';
import { workflowBundle } from '../setup/workflow-bundle.ts';
import { runStagedLecture } from './staged-lecture.ts';
import type { LectureRun, StagedLecture } from './staged-lecture.ts';

/** `one` and `two` are its hosts. */
export async function runLecture<T>(
  given: Partial<StagedLecture>,
  work: (run: LectureRun) => Promise<T>,
): Promise<T> {
  const { namespace = await ownNamespace() } = given;
  const lectureId = `l-${randomUUID().slice(0, 8)}`;
  return runStagedLecture(
    { ...given, namespace },
    { lectureId, hosts: ['one', 'two'], bundle: await workflowBundle() },
    work,
  );
}
