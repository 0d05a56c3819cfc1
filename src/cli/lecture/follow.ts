// `lecture watch`, and what follows a lecture to its end: what the workflow says while Temporal answers, what the catalog says always.
import { setTimeout as delay } from 'node:timers/promises';
import { openTemporal, type TemporalDoor } from '../../client/connect.ts';
import { lectureRunStatus, queryLecture } from '../../client/lecture-control.ts';
import { exitCodes, type ExitCode } from '../../contract/exit-codes.ts';
import { isLectureOver } from '../../domain/lecture-states.ts';
import { createProgress } from '../output/progress-line.ts';
import { renderTable } from '../output/table.ts';
import type { Invocation } from '../perform.ts';
import { withCatalog, type Session } from '../session.ts';
import { printLecture } from './show.ts';

export const watchLecture = (invocation: Invocation): Promise<ExitCode> =>
  withCatalog(invocation, async (session) => {
    const [id = ''] = session.args;
    await session.catalog.lectures.require(id);
    const temporal = await openTemporal(session.config.temporal).catch(() => undefined);
    try {
      const ended = await followLecture(session, { id, temporal });
      return ended ? await printEnd(session, id) : exitCodes.gapsOrFailures;
    } finally {
      await temporal?.close();
    }
  });

export interface Following {
  id: string;
  /** Absent: Temporal does not answer, the catalog alone is read. */
  temporal?: TemporalDoor | undefined;
}

const lookMs = 1000;

/** Resolves true when the lecture has ended, false when Ctrl-C stopped the watching, or its workflow is gone. */
export async function followLecture(session: Session, following: Following): Promise<boolean> {
  const { terminal, signal } = session;
  const { id } = following;
  const progress = createProgress(terminal);
  try {
    for (let looks = 1; ; looks++) {
      const ended = await hasEnded(session, id);
      progress.show(await pictureOf(session, ended ? { id } : following));
      if (ended) return true;
      const isGone = looks % 5 === 0 && (await hasLostItsRun(session, following));
      if (isGone) {
        terminal.err(
          `The workflow of lecture ${id} does not run; start it with: longtake lecture retry ${id}`,
        );
        return false;
      }
      await delay(lookMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) {
        terminal.err(`Stopped watching; lecture ${id} goes on. End it with: longtake lecture cancel ${id}`);
        return false;
      }
    }
  } finally {
    progress.end();
  }
}

const hasEnded = async ({ catalog }: Session, id: string): Promise<boolean> =>
  isLectureOver((await catalog.lectures.require(id)).state);

/** Terminated by somebody, or never started: the row alone would be waited for without end. */
async function hasLostItsRun(session: Session, { id, temporal }: Following): Promise<boolean> {
  if (!temporal) return false;
  // A server that is away is no answer.
  const status = await lectureRunStatus(temporal.client, id).catch(() => 'RUNNING');
  return status !== 'RUNNING' && !(await hasEnded(session, id));
}

async function pictureOf(
  { catalog, terminal }: Session,
  { id, temporal }: Following,
): Promise<{ summary: string; rows?: string | undefined }> {
  const told = temporal ? await queryLecture(temporal.client, id) : undefined;
  const row = await catalog.lectures.require(id);
  const { state, reason } = told ?? row;
  const slots = told && told.slots.total > 0 ? `, ${told.slots.composed}/${told.slots.total} slots` : '';
  const summary = `${id} ${state}${slots}${reason === undefined ? '' : `: ${reason}`}`;
  if (!terminal.drawsProgress || !told || told.choices.length === 0) return { summary };
  const rows = told.choices.map(({ index, left, right, reason: why }) => [index, left, right, why]);
  return { summary, rows: renderTable(['slot', 'left', 'right', 'why'], rows) };
}

/** The final picture or document, and the exit code: 0 only when it is complete. */
export async function printEnd(session: Session, id: string): Promise<ExitCode> {
  await printLecture(session, id);
  const { state } = await session.catalog.lectures.require(id);
  return state === 'complete' ? exitCodes.done : exitCodes.gapsOrFailures;
}
