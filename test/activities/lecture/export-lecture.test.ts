// Copies of a lecture at export targets when its name changes: the new ones proved first, the old ones taken away, nobody else's touched.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exportLecture } from '../../../src/activities/lecture/export-lecture.ts';
import type { TargetSpec } from '../../../src/contract/target.ts';
import type { LectureFile } from '../../../src/contract/lecture-messages.ts';
import { lectureSpec } from '../../../src/contract/lecture.ts';
import { Fault } from '../../../src/domain/fault.ts';
import { startSshd, type TestSshd } from '../../setup/servers.ts';
import { inActivity } from '../in-activity.ts';
import { openPlaces, startMs, type PlacesKit } from './places-kit.ts';

let kit: PlacesKit;
let sshd: TestSshd;
let out: string;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());
beforeEach(async () => {
  kit = await openPlaces();
  out = join(kit.drive.directory, 'out');
});
afterEach(() => kit[Symbol.asyncDispose]());

const target = 'nas';
const targets: Record<string, () => TargetSpec> = {
  'a local directory': () => ({ kind: 'local', path: out }),
  'rsync over ssh': () => ({
    ...{ kind: 'rsync', host: sshd.host, port: sshd.port, user: sshd.user, path: out },
    ...{ identity: sshd.identityFile, knownHosts: sshd.knownHostsFile },
  }),
};
const day = 'A101/2026-09-14';
const publish = (lectureId: string, files: LectureFile[]) =>
  inActivity(() => exportLecture(kit.deps, { lectureId, target, files })).ended;

/** As a join publishes them: the former files are gone from the media root, the catalog knows the new ones. */
async function made(stem: string, lectureId = kit.lectureId): Promise<LectureFile[]> {
  const row = await kit.catalog.lectures.require(lectureId);
  const files = [
    await kit.file('main', `lectures/${day}/${stem}.mp4`),
    await kit.file('poster', `lectures/${day}/${stem}_poster.jpg`),
  ];
  for (const { path } of row.outcome.files ?? [])
    if (files.every((file) => file.path !== path)) await rm(join(kit.mediaRoot, path));
  await kit.catalog.lectures.record(lectureId, { outcome: { files } });
  return files;
}
const lying = async (): Promise<string[]> =>
  (await readdir(join(out, day))).toSorted((a, b) => a.localeCompare(b));
const put = (spec: TargetSpec): Promise<void> => kit.catalog.targets.put({ name: target, spec });
const placed = () => kit.catalog.publications.get({ lectureId: kit.lectureId, kind: 'export', target });

describe.each(Object.entries(targets))('at %s', (_, specOf) => {
  beforeEach(() => put(specOf()));

  it('a lecture that is renamed leaves nothing under its old name', async () => {
    await publish(kit.lectureId, await made('Graphs'));
    expect(await publish(kit.lectureId, await made('Trees'))).toEqual({
      kind: 'export',
      target,
      state: 'done',
    });
    expect(await lying()).toEqual(['Trees_poster.jpg', 'Trees.mp4']);
    expect(await placed()).toMatchObject({
      state: 'done',
      files: [`${day}/Trees.mp4`, `${day}/Trees_poster.jpg`],
    });
  });

  it('the old copy stays until the new one is proved, also over a name in between that never was', async () => {
    await publish(kit.lectureId, await made('Graphs'));
    const { exporter } = kit.deps;
    const differs = (): Promise<never> => Promise.reject(new Fault('TransferFailed', 'It differs.'));
    kit.deps.exporter = { ...exporter, verify: differs };
    await expect(publish(kit.lectureId, await made('Trees'))).rejects.toMatchObject({
      type: 'TransferFailed',
    });
    expect(await lying()).toEqual(['Graphs_poster.jpg', 'Graphs.mp4', 'Trees_poster.jpg', 'Trees.mp4']);
    kit.deps.exporter = exporter;
    await publish(kit.lectureId, await made('Sets'));
    expect(await lying()).toEqual(['Sets_poster.jpg', 'Sets.mp4']);
  });
});

describe('a former name', () => {
  beforeEach(() => put(targets['a local directory']!()));

  it('that another lecture has taken since is left to it', async () => {
    await publish(kit.lectureId, await made('Graphs'));
    const trees = await made('Trees');
    const { row } = await kit.catalog.lectures.add({
      ...{ id: 'l-20260914-other', roomId: 'A101', startMs: startMs + 1, endMs: startMs + 5_400_001 },
      spec: lectureSpec.parse({ name: 'Graphs' }),
    });
    await publish(row.id, await made('Graphs', row.id));
    // What it keeps here is its own business: the name is taken all the same.
    await rm(join(kit.mediaRoot, `lectures/${day}/Graphs.mp4`));
    await publish(kit.lectureId, trees);
    expect(await lying()).toEqual(['Graphs_poster.jpg', 'Graphs.mp4', 'Trees_poster.jpg', 'Trees.mp4']);
  });

  it('that the target does not give up is told, and tried again with the next export', async () => {
    await publish(kit.lectureId, await made('Graphs'));
    const { exporter } = kit.deps;
    const refuses = (): Promise<never> =>
      Promise.reject(new Fault('TransferFailed', 'It may not be removed.'));
    kit.deps.exporter = { ...exporter, remove: refuses };
    const trees = await made('Trees');
    expect(await publish(kit.lectureId, trees)).toMatchObject({
      state: 'done',
      reason: expect.stringMatching(/earlier name .*Graphs\.mp4.*It may not be removed/) as string,
    });
    kit.deps.exporter = exporter;
    await publish(kit.lectureId, trees);
    expect(await lying()).toEqual(['Trees_poster.jpg', 'Trees.mp4']);
    expect(await placed()).not.toHaveProperty('reason');
  });
});
