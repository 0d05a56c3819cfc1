import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planDocument, type PlanDocument } from '../../src/contract/plan.ts';
import { demoPicture, readClockBar } from '../../src/embedded/demo-picture.ts';
import { giveOwnPorts } from '../setup/own-ports.ts';
import { tempDir, type TempDir } from '../setup/temp-dir.ts';

const run = promisify(execFile);
const launcher = new URL('../../bin/longtake.js', import.meta.url).pathname;
const windowSeconds = 20;
const frameMs = 1000 / demoPicture.framesPerSecond;
/** Of a recorder on a busy machine. */
const mostLateMs = 1000;
/** Instants in coverage and names are in milliseconds and microseconds. */
const roundingMs = 2;
const dayMs = 86_400_000;
/** A clock that shows no date may be a day apart. */
const overMidnight = (ms: number): number => ms - Math.round(ms / dayMs) * dayMs;

interface Coverage {
  intervals: { startAt: string; endAt: string; state: string; file?: string; mediaStartSeconds?: number }[];
}

let dir: TempDir;
let end: { code: number | null; out: string; err: string };
let plan: PlanDocument;

beforeAll(async () => {
  dir = await tempDir();
  await giveOwnPorts(dir.path);
  const args = [launcher, 'demo', '--json', '--seconds', String(windowSeconds), '--data', dir.path];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = (await once(child, 'close')) as [number | null];
  end = { code, out, err };
  plan = planDocument.parse(JSON.parse(out));
});
afterAll(() => dir.remove());

const dayOf = (camera: string) => plan.cameraDays.find((day) => day.camera === camera);
const inMedia = (path: string) => join(dir.path, 'media', path);

describe('the demo', () => {
  test('ends well and shows each camera as it was', () => {
    expect(end.err).not.toContain('Not as expected');
    expect(end.code).toBe(0);
    expect(plan.cameraDays.map((day) => [day.camera, day.state])).toEqual([
      ['demo-absent', 'refused'],
      ['demo-entrance', 'complete'],
      ['demo-hall', 'complete'],
      ['demo-interrupted', 'incomplete'],
    ]);
    expect(dayOf('demo-absent')).toMatchObject({ missingSeconds: windowSeconds, merged: [], exported: [] });
  });

  test('exports what it merged', async () => {
    for (const day of plan.cameraDays.filter((one) => one.merged.length > 0)) {
      expect(day.exported.length).toBeGreaterThanOrEqual(2);
      for (const path of day.merged)
        expect(await readFile(join(dir.path, 'export', path.replace(/^merged\//, '')))).toEqual(
          await readFile(inMedia(path)),
        );
    }
  });

  test('the burnt-in clock of every merged picture is the wall time that coverage tells, within a frame', async () => {
    for (const camera of ['demo-entrance', 'demo-interrupted']) {
      const day = dayOf(camera);
      const coverage = JSON.parse(await readFile(inMedia(day?.coverage ?? ''), 'utf8')) as Coverage;
      const present = coverage.intervals.filter((interval) => interval.state === 'present');
      expect(present).toHaveLength(camera === 'demo-interrupted' ? 2 : 1);
      const pictures = await burntClocks(inMedia(day?.merged[0] ?? ''));
      for (const interval of present) {
        const startSeconds = interval.mediaStartSeconds ?? 0;
        const lengthSeconds = (Date.parse(interval.endAt) - Date.parse(interval.startAt)) / 1000;
        const inside = pictures.filter(
          ({ ptsSeconds }) => ptsSeconds >= startSeconds - 0.001 && ptsSeconds < startSeconds + lengthSeconds,
        );
        expect(inside.length).toBeGreaterThan(lengthSeconds * demoPicture.framesPerSecond * 0.9);
        const lateMs = Math.abs(await latenessMs(camera, interval));
        expect(lateMs).toBeLessThanOrEqual(mostLateMs);
        for (const { ptsSeconds, clockMs } of inside) {
          const wallMs = Date.parse(interval.startAt) + (ptsSeconds - startSeconds) * 1000;
          const offMs = Math.abs(overMidnight(wallMs - clockMs));
          expect(offMs).toBeLessThanOrEqual(Math.max(frameMs, lateMs + roundingMs));
        }
      }
    }
  });

  test('leaves no process, no lock of a running stack and no scratch file behind', async () => {
    const { stdout } = await run('ps', ['-eo', 'args']);
    expect(stdout.split('\n').filter((line) => line.includes(dir.path))).toEqual([]);
    await expect(readFile(join(dir.path, 'stack.json'))).rejects.toThrow('ENOENT');
    const { stdout: scratch } = await run('find', [join(dir.path, 'media', '.work'), '-type', 'f']);
    expect(scratch).toBe('');
  });

  test('writes no password into logs, output or the command lines of its cameras', async () => {
    const users = JSON.parse(await readFile(join(dir.path, 'mediamtx', 'users.json'), 'utf8')) as Record<
      string,
      { password: string } | string
    >;
    const { stdout: logs } = await run(
      'cat',
      ['temporal.log', 'mediamtx.log', 'gate.log', 'worker-1.log'].map((name) =>
        join(dir.path, 'logs', name),
      ),
      {
        maxBuffer: 1 << 28,
      },
    );
    const secrets = Object.values(users).map((one) => (typeof one === 'string' ? one : one.password));
    for (const secret of secrets) expect(logs + end.out + end.err).not.toContain(secret);
  });
});

/** MediaMTX dates a recording by the arrival of its first packet: how much later that was than its pictures say, whatever we made of it. */
async function latenessMs(camera: string, { endAt }: { endAt: string }): Promise<number> {
  const folder = join(dir.path, 'recordings', camera);
  const starts = (await readdir(folder)).toSorted().map((name) => {
    const [, date, hours, minutes, rest = ''] = /^(\S{10})_(\d\d)-(\d\d)-(\d\d-\d+)/.exec(name) ?? [];
    return { name, startMs: Date.parse(`${date}T${hours}:${minutes}:${rest.replace('-', '.')}Z`) };
  });
  const recording = starts.findLast(({ startMs }) => startMs < Date.parse(endAt));
  if (!recording) throw new Error(`no recording of ${camera} begins before ${endAt}`);
  const [first] = await burntClocks(join(folder, recording.name));
  return overMidnight(recording.startMs + first!.ptsSeconds * 1000 - first!.clockMs);
}

/** Presentation time and burnt-in clock of every picture of a file, in order. */
async function burntClocks(path: string): Promise<{ ptsSeconds: number; clockMs: number }[]> {
  const times = await run('ffprobe', [
    '-v',
    'error',
    '-select_streams',
    'v',
    '-show_entries',
    'packet=pts_time',
    '-of',
    'csv=p=0',
    path,
  ]);
  const sorted = times.stdout
    .split('\n')
    .map((line) => Number.parseFloat(line))
    .filter((seconds) => !Number.isNaN(seconds))
    .sort((a, b) => a - b);
  const decode = [
    '-v',
    'error',
    '-i',
    path,
    '-map',
    '0:v',
    '-fps_mode',
    'passthrough',
    '-pix_fmt',
    'gray',
    '-f',
    'rawvideo',
    '-',
  ];
  const { stdout } = await run('ffmpeg', decode, { encoding: 'buffer', maxBuffer: 1 << 30 });
  const size = demoPicture.width * demoPicture.height;
  const decoded = stdout.length / size;
  // Pictures in front of an edit list's start are not shown.
  return sorted.slice(sorted.length - decoded).map((ptsSeconds, index) => ({
    ptsSeconds,
    clockMs: readClockBar(stdout.subarray(index * size, (index + 1) * size)),
  }));
}
