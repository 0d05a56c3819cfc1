// What an end of ffprobe before its time means: a crash is the file's doing, a kill is not.
import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/domain/fault.ts';
import { ffprobeTimes } from '../../src/media/scan/ffprobe-times.ts';
import type { RunEnd } from '../../src/process/run-spec.ts';
import { neverAborted } from './media-kit.ts';

const wholeEnd: RunEnd = {
  ...{ exitCode: 0, signal: null, cancelled: false, stalled: false, timedOut: false, abandoned: false },
  ...{ stderrTail: [], argv: [], elapsedMs: 1 },
};

/** Two packets, then this end. */
const timesOf = (end: Partial<RunEnd>, head = new Fault('MediaUnreadable', 'nobody asks')) =>
  ffprobeTimes(
    {
      ffprobePath: 'ffprobe',
      probe: () => Promise.reject(head),
      run: ({ onStdoutLine }) => {
        for (const pts of ['0.0', '0.1']) onStdoutLine?.(`video,0,${pts},${pts},100`, () => undefined);
        return Promise.resolve({ ...wholeEnd, ...end });
      },
    },
    { path: '/a.mkv', container: 'matroska', signal: neverAborted, stallSeconds: 60 },
  );

describe('times that ffprobe tells', () => {
  it('are the file’s when it comes to its end', async () => {
    expect(await timesOf({})).toMatchObject({ truncated: false, videoPts: Float64Array.of(0, 0.1) });
  });

  it.each([{ exitCode: 1 }, { exitCode: null, signal: 'SIGSEGV' }])(
    'are those of a damaged file when it breaks on it: %o',
    async (end) => {
      expect(await timesOf(end)).toMatchObject({ truncated: true });
    },
  );

  it('need no readable head, but one that nobody could look at is asked again', async () => {
    expect(await timesOf({}, new Fault('MediaUnreadable', 'no head'))).not.toHaveProperty('streamKey');
    await expect(timesOf({}, new Fault('EncoderStalled', 'a halted disk'))).rejects.toMatchObject({
      type: 'EncoderStalled',
    });
  });

  it.each([
    { exitCode: null, signal: 'SIGKILL' },
    { exitCode: null, signal: 'SIGTERM' },
    { abandoned: true },
    { exitCode: null, signal: 'SIGTERM', stalled: true },
  ])('are no answer when it hung or was ended by others: %o', async (end) => {
    await expect(timesOf(end)).rejects.toMatchObject({ type: 'EncoderStalled' });
  });
});
