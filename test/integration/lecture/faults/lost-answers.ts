// Trials of one lecture each on one installation: requests and answers of Google are lost as a seed says, and a worker is killed now and then.
import { setTimeout as delay } from 'node:timers/promises';
import { randomFrom } from '../../faults/kill-run.ts';
import type { LectureStage } from './lecture-stage.ts';
import type { CalmRun, LectureTheatre } from './lecture-theatre.ts';
import { orderLecture } from './ordered-lecture.ts';
import { drawFaults } from './random-faults.ts';
import { expectSettledOnce, type Settled } from './settle.ts';

export interface Trial extends Settled {
  /** What went wrong, with the seed that makes it happen again. */
  where: string;
}

export interface TrialSpec {
  seed: number;
  calm: CalmRun;
  /** Of all trials, those in which the worker dies too. */
  killShare: number;
}

const mostFaults = 3;
/** From the request on; most die before the end. */
const mostMsToKill = 6000;
/** How long Google’s lists may hide a post. */
const lagSeconds = 3;

/** The stage has a worker that is ready; when it dies another takes its place. */
export async function runTrial(stage: LectureStage, { seed, calm, killShare }: TrialSpec): Promise<Trial> {
  const random = randomFrom(seed);
  const faults = drawFaults(random, { calls: calm.calls, count: 1 + Math.floor(random() * mostFaults) });
  const kills = random() < killShare;
  const killAfterMs = random() * mostMsToKill;
  const isLate = random() < 0.25;
  const where = `seed ${seed}: ${faults.words}${kills ? `, killed after ${Math.round(killAfterMs)} ms` : ''}${isLate ? ', lists are late' : ''}`;
  using lecture = await orderLecture(stage, `room-${seed}`);
  stage.google.clearScript();
  stage.google.script(faults.script);
  stage.google.classroom.listLagSeconds = isLate ? lagSeconds : 0;
  const lectureId = await lecture.request();
  const killing = kills ? killAfter(stage, killAfterMs) : undefined;
  const beforeRetry = (): void => {
    // A person answers later than any list.
    stage.google.advance(2 * lagSeconds);
  };
  const lostBytes = (): number =>
    bytesOfEndedSessions(stage, lecture.since.requests) + (kills ? wholePiece : 0);
  const settled = await expectSettledOnce({
    lecture,
    lectureId,
    calm: calm.published,
    where,
    beforeRetry,
    lostBytes,
  });
  await killing;
  stage.google.clearScript();
  return { ...settled, where };
}

/** What a kill in the middle of it costs at most. */
const wholePiece = 1024 * 1024;

async function killAfter(stage: LectureStage, ms: number): Promise<void> {
  const worker = stage.workers.at(-1)!;
  await delay(ms);
  await worker.kill();
  await stage.addWorker().ready;
}

/** Pieces that came into sessions which Google then ended. */
function bytesOfEndedSessions(stage: LectureStage, since: number): number {
  const pieces = stage.google.journal.entries.slice(since).filter(({ api }) => api === 'drive.upload.put');
  const isEnded = pieces.some(
    ({ fault, status }) => fault === 'status' && (status === 404 || status === 410),
  );
  return isEnded ? pieces.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0) : 0;
}

export interface TrialsSpec {
  trials: number;
  /** Of the first one; each next has the next number. */
  seed: number;
  /** Installations side by side. */
  lanes: number;
  killShare: number;
}

/** Every trial that there was; the first that fails stops them all, and its message begins with its seed. */
export async function runTrials(theatre: LectureTheatre, spec: TrialsSpec): Promise<Trial[]> {
  const { trials, seed, lanes, killShare } = spec;
  const calm = await theatre.calm();
  const done: Trial[] = [];
  let next = 0;
  const lane = async (_: unknown, number: number): Promise<void> => {
    await using stage = await theatre.openStage(`trials-${number}`);
    await stage.addWorker().ready;
    try {
      while (next < trials) done.push(await runTrial(stage, { seed: seed + next++, calm, killShare }));
    } catch (error) {
      next = trials;
      throw error;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done;
}
