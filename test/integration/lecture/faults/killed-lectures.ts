// Lectures one after the other, some side by side, until so many workers were killed; each is held to the undisturbed run.
import { expect } from 'vitest';
import { type Kill, noOrphans, randomFrom, runWithKills } from '../../faults/kill-run.ts';
import { strangers } from '../../faults/published.ts';
import type { LectureTheatre } from './lecture-theatre.ts';
import { expectSettledOnce } from './settle.ts';
import { orderLecture } from './ordered-lecture.ts';

export interface KilledLectures {
  /** At least so many workers die. */
  kills: number;
  seed: number;
  /** Lectures at once, each on an installation of its own. */
  lanes: number;
}

/** More kills of one lecture would measure how long Temporal waits between many tries of one activity. */
const killsPerLecture = 3;

/** A lecture of two slots has about 150 steps. */
const within = { first: 110, between: 40 };

/** Answers where the kills fell. */
export async function killLectures(
  theatre: LectureTheatre,
  { kills, seed, lanes }: KilledLectures,
): Promise<Kill[]> {
  const fallen: Kill[] = [];
  let lectures = 0;
  const lane = async (): Promise<void> => {
    while (fallen.length < kills) {
      const own = seed + lectures++;
      fallen.push(...(await runKilledLecture(theatre, own)));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return fallen;
}

/** One lecture; the same kills for the same seed, as far as a machine allows. */
export async function runKilledLecture(theatre: LectureTheatre, seed: number): Promise<Kill[]> {
  const name = `killed-${seed}`;
  await using stage = await theatre.openStage(name);
  using lecture = await orderLecture(stage, name);
  let lectureId = '';
  const work = {
    ...{ addWorker: () => stage.addWorker(), steps: stage.steps, end: () => lecture.end() },
    published: () => lecture.published(),
    start: async () => void (lectureId = await lecture.request()),
  };
  const kills = await runWithKills(work, { kills: killsPerLecture, random: randomFrom(seed), within });
  const { published: calm } = await theatre.calm();
  const where = `${name}, killed in ${kills.map(({ inside }) => inside.join('+') || 'no step').join(', ')}`;
  for (const { published } of kills) expect(strangers(published, calm), where).toEqual([]);
  await expectSettledOnce({ lecture, lectureId, calm, where });
  for (const { pid } of stage.workers.slice(0, -1)) await noOrphans(pid);
  return kills;
}
