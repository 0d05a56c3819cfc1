import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinSpans } from '../../src/media/join-spans.ts';
import { recordArgs, recordRtsp, rtspListText } from '../../src/media/record-rtsp.ts';
import { eventually } from '../setup/eventually.ts';
import { startMediaMtx, type TestMediaMtx } from '../setup/servers.ts';
import { ffprobeTimes } from '../fakes/clips.ts';
import {
  deps,
  ffmpeg,
  fps,
  neverAborted,
  numberedClip,
  readNumbers,
  run,
  scanner,
  scratch,
} from './media-kit.ts';

let place: Awaited<ReturnType<typeof scratch>>;
let server: TestMediaMtx;
let clip: string;

beforeAll(async () => {
  place = await scratch();
  server = await startMediaMtx({ record: true });
  clip = await numberedClip({ dir: place.dir, name: 'clip', container: 'mp4', seconds: 40, gopFrames: 25 });
});
afterAll(async () => {
  await scanner.close();
  await server.stop();
  await place.remove();
});

/** Publishes the clip once, at its own pace, until stopped. */
function publish(path: string): { stop: () => Promise<unknown> } {
  const stopping = new AbortController();
  const args = [
    '-nostdin',
    '-v',
    'error',
    '-re',
    '-i',
    clip,
    '-c',
    'copy',
    '-f',
    'rtsp',
    '-rtsp_transport',
    'tcp',
  ];
  const ended = run({ command: 'ffmpeg', args: [...args, server.publishUrl(path)], signal: stopping.signal });
  return {
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
}

const record = (spec: {
  url: string;
  name: string;
  seconds?: number;
  stallSeconds?: number;
  signal?: AbortSignal;
}) =>
  recordRtsp(ffmpeg, {
    url: spec.url,
    outPath: join(place.dir, spec.name),
    seconds: spec.seconds ?? 3,
    stallSeconds: spec.stallSeconds ?? 10,
    signal: spec.signal ?? neverAborted,
  });

/** A publisher is there when the server serves it. */
const recordWhenThere = (spec: Parameters<typeof record>[0]) =>
  eventually(() => record(spec), { what: 'a recording' });

/** Of the process that writes this file. */
async function commandLines(name: string): Promise<string> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes('pipe:0') && line.includes(name)).join('\n');
}

describe.concurrent('recordRtsp', () => {
  it('records for the given time, with the address nowhere in the process list', async () => {
    const source = publish('yard');
    try {
      await recordWhenThere({ url: server.readUrl('yard'), name: 'warm.mkv', seconds: 1 });
      const recording = record({ url: server.readUrl('yard'), name: 'yard.mkv' });
      const seen = await eventually(async () => (await commandLines('yard.mkv')) || false);
      expect(seen).not.toContain(server.users.reader.password);
      expect(await recording).toMatchObject({ complete: true });
      const numbers = await readNumbers(join(place.dir, 'yard.mkv'));
      expect(numbers.length).toBeGreaterThan(1.9 * fps);
      const [first] = numbers;
      for (const frame of numbers)
        expect(
          Math.abs((frame.number - first!.number) / fps - (frame.ptsSeconds - first!.ptsSeconds)),
        ).toBeLessThan(0.02);
    } finally {
      await source.stop();
    }
  });

  it('keeps what came before the source died and says that it is not complete, though ffmpeg ends with success', async () => {
    const source = publish('gone');
    await recordWhenThere({ url: server.readUrl('gone'), name: 'warm2.mkv', seconds: 1 });
    const recording = recordRtsp(ffmpeg, {
      url: server.readUrl('gone'),
      outPath: join(place.dir, 'gone.ts'),
      seconds: 60,
      stallSeconds: 10,
      signal: neverAborted,
      onProgress: ({ frames = 0 }) => {
        if (frames > fps) void source.stop();
      },
    });
    expect(await recording).toMatchObject({ complete: false, reason: expect.stringContaining('60') });
    expect((await ffprobeTimes(join(place.dir, 'gone.ts'))).length).toBeGreaterThan(fps / 2);
    await source.stop();
  });

  it('tells a refused password, an absent path and a closed port apart, and names no secret', async () => {
    const wrong = `rtsp://reader:canary-7f3@127.0.0.1:${server.rtspPort}/yard`;
    const refused = await record({ url: wrong, name: 'no.mkv' }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ type: 'AuthRejected' });
    expect(JSON.stringify([refused, (refused as Error).message])).not.toContain('canary-7f3');
    await expect(record({ url: server.readUrl('nowhere'), name: 'no.mkv' })).rejects.toMatchObject({
      type: 'SourceMissing',
    });
    await expect(record({ url: 'rtsp://127.0.0.1:9/x', name: 'no.mkv' })).rejects.toMatchObject({
      type: 'SourceUnreachable',
    });
  });

  it('refuses another kind of address', () => {
    expect(() => rtspListText('file:///etc/passwd')).toThrow(/rtsp/);
    expect(() => rtspListText("rtsp://a/b\nfile '/etc/passwd'")).toThrow(/rtsp/);
    expect(rtspListText("rtsp://u:it's@h/p")).toContain("file 'rtsp://u:it'\\''s@h/p'\n");
  });

  it('reads the address from stdin', () => {
    const args = recordArgs({ url: 'rtsps://u:secret@h/p', outPath: '/x/a.mkv', seconds: 900 });
    expect(args.join(' ')).toBe(
      '-nostdin -hide_banner -nostats -y -v warning -progress pipe:1 -stats_period 0.5 -protocol_whitelist pipe,rtsp,rtp,tcp,udp,tls ' +
        '-f concat -safe 0 -i pipe:0 -t 900 -map 0:v:0 -map 0:a:0? -c:v copy -c:a copy -map_metadata -1 -f matroska file:/x/a.mkv',
    );
  });
});

describe.concurrent('joinSpans on what a real playback server delivers', () => {
  it('joins two windows that meet between key frames without losing or doubling a picture', async () => {
    const source = publish('played');
    const seconds = (await recordWhenThere({ url: server.readUrl('played'), name: 'warm3.mkv', seconds: 9 }))
      .recordedSeconds;
    expect(seconds).toBeGreaterThan(8);
    await source.stop();
    const { user, password } = server.users.reader;
    const headers = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
    const list = await eventually(async () => {
      const answer = await fetch(`${server.playbackUrl}/list?path=played`, { headers });
      return answer.ok ? ((await answer.json()) as { start: string }[]) : undefined;
    });
    const beginMs = Date.parse(list![0]!.start) + 1300;
    const spans = [];
    for (const [index, startMs] of [beginMs, beginMs + 2700].entries()) {
      const query = new URLSearchParams({
        path: 'played',
        start: new Date(startMs).toISOString(),
        duration: '2.7',
        format: 'mp4',
      });
      const answer = await fetch(`${server.playbackUrl}/get?${query.toString()}`, { headers });
      const path = join(place.dir, `span-${index}.mp4`);
      await writeFile(path, Buffer.from(await answer.arrayBuffer()));
      spans.push({ path, startMs });
    }
    const outPath = join(place.dir, 'played.mp4');
    const segment = { startMs: beginMs, endMs: beginMs + 5400 };
    await joinSpans(deps, { spans, segment, outPath, stallSeconds: 30, signal: neverAborted });
    const frames = await readNumbers(outPath);
    const [first] = frames;
    expect(frames.map(({ number }) => number - first!.number)).toEqual(
      Array.from({ length: frames.length }, (_, n) => n),
    );
    expect(frames.length).toBeGreaterThan(5.2 * fps);
    for (const { ptsSeconds, number } of frames)
      expect(Math.abs(ptsSeconds - first!.ptsSeconds - (number - first!.number) / fps)).toBeLessThan(1 / fps);
  });
});
