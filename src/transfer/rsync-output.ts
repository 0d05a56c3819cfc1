// What rsync's lines and its end mean: progress, differences, faults. Pure; neither exit code nor stderr decides alone.
import { basename } from 'node:path';
import { Fault, type FaultType } from '../domain/fault.ts';
import type { RunEnd } from '../process/run-spec.ts';
import type { TransferProgress } from './export-target.ts';

/** Reads a progress2 line: `60,001,003 100%   50.84MB/s    0:00:01 (xfr#3, to-chk=0/5)`; undefined for any other line. */
export function parseProgress(line: string): TransferProgress | undefined {
  const match = /^\s*([\d,.]+)\s+(\d{1,3})%\s/.exec(line);
  if (!match?.[1] || !match[2]) return undefined;
  return { doneBytes: Number(match[1].replace(/[,.]/g, '')), percent: Number(match[2]) };
}

/** The name in an itemized line that says the file would be sent or made; undefined when the line reports no difference. */
export function differingName(line: string): string | undefined {
  return /^[<>c][fdLDS]\S{9}\s(.*)$/.exec(line)?.[1];
}

type Verdict = readonly [pattern: RegExp, type: FaultType, happened: string];

/** First match wins: what the operator must mend stands before what mends itself. */
const verdicts: readonly Verdict[] = [
  [/REMOTE HOST IDENTIFICATION HAS CHANGED/, 'AuthRejected', 'shows another host key than the pinned one'],
  [
    /Host key verification failed|No \S+ host key is known/,
    'AuthRejected',
    'shows a host key that is not pinned',
  ],
  [
    /Permission denied \((?:publickey|password|keyboard|gssapi|hostbased)|Too many authentication failures/,
    'AuthRejected',
    'refuses the key',
  ],
  [/No space left on device|Disk quota exceeded/, 'DiskFull', 'has no space left'],
  // Another transfer of the same file took it for what a killed one had left.
  [/\brename ".*" -> .*No such file or directory/, 'PeerDropped', 'lost a file that was under way'],
  [
    /rrsync|command not found|rsync: not found|Permission denied \(13\)|Operation not permitted|Read-only file system|Is a directory|Not a directory|File name too long|No such file or directory/,
    'TransferFailed',
    'refuses the files',
  ],
  [
    /Connection (?:refused|reset|closed|timed out)|timed? ?out|No route to host|Network is unreachable|Broken pipe|Could not resolve|name resolution|connection unexpectedly closed|kex_exchange|remote side/i,
    'PeerDropped',
    'broke the connection off or cannot be reached',
  ],
];

/** Protocol start, socket, stream, IPC, signals, time-outs and ssh's own code: trying again may mend them. Source: rsync(1), EXIT VALUES. */
const droppedExitCodes = [5, 10, 12, 13, 14, 15, 16, 19, 20, 30, 35, 255];

/** `-rw-------  24,117,248 2026/09/13 20:01:07 .a.mp4.Qx3fZ1` of `--list-only`. */
const listed = /^-\S{9}\S? +[\d,.]+\w? \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d (.+)$/;

/** The name of an unfinished copy of one of these files; undefined for a line that tells of anything else. Source: rsync, receiver.c, get_tmpname. */
export function leftoverName(line: string, files: readonly string[]): string | undefined {
  const name = listed.exec(line)?.[1];
  const copied = name && /^\.(.+)\.[0-9A-Za-z]{6}$/.exec(name)?.[1];
  return copied && files.some((file) => basename(file) === copied) ? name : undefined;
}

const tailLines = 20;

/** The fault of an ended rsync, or undefined when it went well. Anything on stderr is a failure, also with exit code 0. */
export function faultOfRsync(end: RunEnd, place: string): Fault | undefined {
  const stderrTail = end.stderrTail.slice(-tailLines);
  if (end.exitCode === 0 && stderrTail.length === 0) return undefined;
  const details = { exitCode: end.exitCode, argv: end.argv, stderrTail };
  const fault = (type: FaultType, happened: string) =>
    new Fault(
      type,
      `The export target ${place} ${happened} (rsync exit code ${end.exitCode ?? end.signal}).`,
      details,
    );
  if (end.stalled || end.timedOut) return fault('PeerDropped', 'made no progress and was given up');
  const text = stderrTail.join('\n');
  const verdict = verdicts.find(([pattern]) => pattern.test(text));
  if (verdict) return fault(verdict[1], verdict[2]);
  if (end.exitCode === null || droppedExitCodes.includes(end.exitCode))
    return fault('PeerDropped', 'broke the transfer off');
  return fault('TransferFailed', 'did not take the files');
}
