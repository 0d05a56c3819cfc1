// The lecture demo, whole: real Temporal, worker and ffmpeg, and the stand-in for Google as a process beside them.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lectureDocument, type LectureDocument } from '../../src/contract/lecture.ts';
import { giveOwnPorts } from '../setup/own-ports.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';

const launcher = new URL('../../bin/longtake.js', import.meta.url).pathname;

let dir: TempDir;
let child: ChildProcess;
let end: { code: number | null; err: string };
let lecture: LectureDocument;

beforeAll(async () => {
  dir = await tempDir();
  await giveOwnPorts(dir.path);
  const args = [launcher, 'demo', '--lecture', '--slot-seconds', '12', '--json', '--data', dir.path];
  const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child = started;
  let out = '';
  let err = '';
  started.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  started.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = (await once(child, 'close')) as [number | null];
  end = { code, err };
  lecture = lectureDocument.parse(JSON.parse(out));
});
afterAll(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  await dir.remove();
});

test('comes to what was recorded: a screen without a signal, a missing file, one video, attached and posted once', () => {
  expect(end.err).not.toContain('Not as expected');
  expect(end.code).toBe(0);
  expect(lecture.slots.map(({ left, right }) => [left, right])).toEqual([
    ['lecturer', 'screen'],
    ['lecturer', 'board'],
    ['none', 'screen'],
    ['lecturer', 'screen'],
  ]);
  expect(lecture).toMatchObject({ state: 'incomplete', missingSeconds: 12 });
  const places = lecture.publications.map(({ kind, state }) => `${kind} ${state}`);
  expect(places.toSorted()).toEqual(['announcement done', 'calendar done', 'drive done', 'drive done']);
});

test('leaves the video on the host, and no process behind', async () => {
  const main = lecture.files.find(({ role }) => role === 'main');
  await access(join(dir.path, 'media', main?.path ?? 'none'));
  await expect(readdir(join(dir.path, 'google', 'files'))).rejects.toThrow('ENOENT');
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
  expect(stdout.split('\n').filter((line) => line.includes(dir.path))).toEqual([]);
});
