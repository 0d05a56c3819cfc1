import { describe, expect, test } from 'vitest';
import type { RunEnd } from '../../src/process/run-spec.ts';
import { differingName, faultOfRsync, leftoverName, parseProgress } from '../../src/transfer/rsync-output.ts';

const ended = (exitCode: number | null, ...stderrTail: string[]): RunEnd => ({
  exitCode,
  signal: exitCode === null ? 'SIGKILL' : null,
  cancelled: false,
  stalled: false,
  timedOut: false,
  abandoned: false,
  stderrTail,
  argv: ['rsync'],
  elapsedMs: 1,
});

describe('what the end of an rsync means', () => {
  test.each([
    ['AuthRejected', 255, 'archive@h: Permission denied (publickey).'],
    ['AuthRejected', 255, 'Host key verification failed.'],
    ['AuthRejected', 12, '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @'],
    [
      'AuthRejected',
      255,
      'No ED25519 host key is known for [127.0.0.1]:22 and you have requested strict checking.',
    ],
    ['DiskFull', 11, 'rsync: [receiver] write failed on "/t/a": No space left on device (28)'],
    ['DiskFull', 11, 'rsync: [receiver] mkstemp "/t/.a.x" failed: Disk quota exceeded (122)'],
    ['PeerDropped', 12, 'ssh: connect to host 127.0.0.1 port 1: Connection refused'],
    ['PeerDropped', 255, 'client_loop: send disconnect: Broken pipe'],
    ['PeerDropped', 12, 'rsync: connection unexpectedly closed (0 bytes received so far) [sender]'],
    ['PeerDropped', 255, 'ssh: Could not resolve hostname nowhere: Name or service not known'],
    ['PeerDropped', 30, 'rsync error: timeout in data send/receive (code 30) at io.c(204) [sender=3.5.0]'],
    ['PeerDropped', 20, 'rsync error: received SIGINT, SIGTERM, or SIGHUP (code 20)'],
    ['PeerDropped', null, ''],
    [
      'PeerDropped',
      23,
      'rsync: [receiver] rename "/srv/.a.mp4.Qx3fZ1" -> "a.mp4": No such file or directory (2)',
    ],
    ['TransferFailed', 23, 'rsync: [Receiver] mkdir "/srv/x" failed: Permission denied (13)'],
    ['TransferFailed', 127, 'bash: line 1: rsync: command not found'],
    ['TransferFailed', 12, 'rrsync error: option -s has been disabled on this server.'],
    ['TransferFailed', 1, 'rsync: --what: unknown option'],
    ['TransferFailed', 0, 'Unable to create partial-dir .rsync-partial -- discarding completed file'],
  ])('%s for exit code %s and %j', (type, exitCode, line) => {
    const fault = faultOfRsync(ended(exitCode, ...(line ? [line] : [])), 'h:/t');
    expect(fault?.type).toBe(type);
    expect(fault?.message).toContain('h:/t');
    expect(fault?.details.argv).toEqual(['rsync']);
  });

  test('an end with code 0 and a silent stderr is a success', () => {
    expect(faultOfRsync(ended(0), 'h:/t')).toBeUndefined();
  });

  test('a stalled tool counts as a dropped peer', () => {
    expect(faultOfRsync({ ...ended(null), stalled: true }, 'h:/t')?.type).toBe('PeerDropped');
  });
});

describe('the lines of rsync', () => {
  test.each([
    ['     60,001,003 100%   50.84MB/s    0:00:01 (xfr#3, to-chk=0/5)', 60_001_003, 100],
    ['         32,768   0%    0.00kB/s    0:00:00  ', 32_768, 0],
  ])('%j is progress', (line, doneBytes, percent) => {
    expect(parseProgress(line)).toEqual({ doneBytes, percent });
  });

  test.each(['sending incremental file list', '', './a 100% of'])('%j is no progress', (line) => {
    expect(parseProgress(line)).toBeUndefined();
  });

  test.each([
    ['-rw-------     24,117,248 2026/09/13 20:01:07 .a b.mp4.Qx3fZ1', '.a b.mp4.Qx3fZ1'],
    ['-rw-r--r--.         1.02K 2026/09/13 20:01:07 .a b.mp4.000000', '.a b.mp4.000000'],
    ['-rw-r--r--             12 2026/09/13 20:01:07 a b.mp4', undefined],
    ['-rw-r--r--             12 2026/09/13 20:01:07 .a b.mp4.Qx3fZ', undefined],
    ['-rw-r--r--             12 2026/09/13 20:01:07 .other.mp4.Qx3fZ1', undefined],
    ['drwxr-xr-x          4,096 2026/09/13 20:01:07 .a b.mp4.Qx3fZ1', undefined],
    ['.a b.mp4.Qx3fZ1', undefined],
  ])('%j names what a killed copy left: %s', (line, name) => {
    expect(leftoverName(line, ['cam-1/a b.mp4', 'cam-1/c.mp4'])).toBe(name);
  });

  test.each([
    ['<f+++++++++ a b.mp4', 'a b.mp4'],
    ['<fc.t...... x', 'x'],
    ['cd+++++++++ sub/', 'sub/'],
    ['.f..t...... only-time', undefined],
    ['.d..t...... ./', undefined],
    ['', undefined],
  ])('%j names a difference: %s', (line, name) => {
    expect(differingName(line)).toBe(name);
  });
});
