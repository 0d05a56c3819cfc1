// Workers that die in the middle of a lecture: at random instants, and inside each step of its way.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../../setup/eventually.ts';
import { startPostgres, type TestPostgres } from '../../../setup/servers.ts';
import { noOrphans } from '../../faults/kill-run.ts';
import { strangers } from '../../faults/published.ts';
import { makeSlowTools } from '../../faults/slow-tools.ts';
import { fatalLectures } from './fatal-steps.ts';
import { killLectures } from './killed-lectures.ts';
import { type LectureTheatre, openLectureTheatre, patienceMs } from './lecture-theatre.ts';
import { orderLecture } from './ordered-lecture.ts';
import { expectSettledOnce } from './settle.ts';

/** With those inside named steps a run kills 20 workers; the soak kills hundreds. */
const randomKills = 9;
const seed = 20_260_105;

let theatre: LectureTheatre;
let slowTools: Record<string, string>;
let postgres: TestPostgres;

beforeAll(async () => {
  [theatre, postgres] = await Promise.all([openLectureTheatre(), startPostgres()]);
  slowTools = await makeSlowTools(`${theatre.dir}/slow`);
  await theatre.calm();
});

afterAll(async () => {
  await theatre?.[Symbol.asyncDispose]();
  await postgres?.stop();
});

test.concurrent.each(Object.entries(fatalLectures))(
  'a worker killed inside %s changes nothing that is published',
  async (name, { fatals, asksAPerson, inPostgres }) => {
    const more = inPostgres ? { catalogUrl: await postgres.newDatabaseUrl() } : {};
    await using stage = await theatre.openStage(name.replaceAll(/\W+/g, '-'), more);
    using lecture = await orderLecture(stage, 'room');
    const { published: calm } = await theatre.calm();
    let lectureId = '';
    for (const { where, open, settings, script, isInside } of fatals) {
      stage.google.clearScript();
      stage.google.script(script ?? []);
      const worker = stage.addWorker(settings === 'slow tools' ? slowTools : settings);
      await worker.ready;
      lectureId ||= await lecture.request();
      await eventually(() => isInside(stage, worker), { seconds: 300, what: `a worker inside ${where}` });
      await worker.kill();
      expect(stage.steps.openSteps(worker.pid)).toEqual(expect.arrayContaining([...open]));
      await noOrphans(worker.pid);
      expect(strangers(lecture.published(), calm), where).toEqual([]);
    }
    stage.google.clearScript();
    await stage.addWorker().ready;
    const settled = await expectSettledOnce({ lecture, lectureId, calm, where: name });
    expect(settled.wasUnclear).toBe(asksAPerson);
  },
  patienceMs,
);

test.concurrent(
  'workers killed at random instants change nothing that is published and leave neither process nor temporary',
  async () => {
    const fallen = await killLectures(theatre, { kills: randomKills, seed, lanes: 3 });
    expect(fallen.length).toBeGreaterThanOrEqual(randomKills);
  },
  patienceMs,
);
