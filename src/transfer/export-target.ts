// Where exports go and what an exporter is asked and answers; the closed grammar of targets and file names. No I/O.
import { Fault } from '../domain/fault.ts';

export interface RsyncTarget {
  kind: 'rsync';
  /** DNS name, IPv4 or IPv6 address without brackets. */
  host: string;
  port: number;
  user: string;
  /** Absolute directory on the target; made when absent. */
  path: string;
  /** Private key, absolute. */
  identityFile: string;
  /** The pinned host key, absolute; no other known_hosts file is read. */
  knownHostsFile: string;
  /** KiB/s */
  bwlimitKbps?: number;
}

/** rsync to a directory of this host: no ssh, the same partials and the same verification. */
export interface RsyncHereTarget {
  kind: 'rsync';
  host?: never;
  /** Absolute directory; made when absent. */
  path: string;
  /** KiB/s */
  bwlimitKbps?: number;
}

/** rsync, near or far. */
export type AnyRsyncTarget = RsyncTarget | RsyncHereTarget;

export interface LocalTarget {
  kind: 'local';
  /** Absolute directory; made when absent. */
  path: string;
}

export type ExportTarget = AnyRsyncTarget | LocalTarget;

/** True for a target behind ssh. */
export const isRemote = (target: ExportTarget): target is RsyncTarget =>
  target.kind === 'rsync' && target.host !== undefined;

/** `checksum` reads every byte on both sides, `size` compares sizes alone, `none` trusts the transfer. */
export type VerifyMode = 'checksum' | 'size' | 'none';

export interface TransferProgress {
  /** Bytes done of all files, those that were already there included. */
  doneBytes: number;
  /** 0 to 100 */
  percent: number;
}

export interface SendSpec<Target = ExportTarget> {
  target: Target;
  /** Absolute directory under which the files lie. */
  rootDir: string;
  /** Relative to rootDir; the same layout appears under the target's path. */
  files: readonly string[];
  /** How files that are already there are told: `times` (size and mtime, default) or `checksum`. */
  compare?: 'times' | 'checksum';
  /** An earlier attempt may have been killed at the target: what it left under hidden names is looked for and removed. */
  isRepeat?: boolean;
  signal: AbortSignal;
  onProgress?: (progress: TransferProgress) => void;
}

export interface VerifySpec<Target = ExportTarget> {
  target: Target;
  rootDir: string;
  files: readonly string[];
  mode: VerifyMode;
  signal: AbortSignal;
  onProgress?: (progress: TransferProgress) => void;
}

export interface RemoveSpec<Target = ExportTarget> {
  target: Target;
  /** Relative to the target's path. */
  files: readonly string[];
  signal: AbortSignal;
}

export interface SendResult {
  /** Where each file now lies, in the order asked: a path, or `host:path`. */
  addresses: string[];
  sizeBytes: number;
}

export interface Exporter<Target = ExportTarget> {
  /** Delivers the files; a final name on the target never shows part of a file. Fails with PeerDropped, AuthRejected, DiskFull, StorageFault, TransferFailed, NotFound, UnsafeName, InputInvalid. */
  send(spec: SendSpec<Target>): Promise<SendResult>;
  /** Resolves when all files are there and equal; else fails with TransferFailed that names them. */
  verify(spec: VerifySpec<Target>): Promise<void>;
  /** Takes these files, and nothing else, away from the target; one that is not there is no fault. Fails as `send` does. */
  remove(spec: RemoveSpec<Target>): Promise<void>;
}

const hostName = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i;
const ipv6 = /^[0-9a-f:]{2,39}(?:\.[0-9.]{5,15})?$/i;
const userName = /^[a-z_][a-z0-9._-]{0,63}$/i;
/** Paths inside the ssh options: rsync splits those at blanks and ssh expands `%` and `~`. */
const optionPath = /^\/[\w./@+=:,-]{1,1023}$/;
/** Control characters have no business in a path; a backslash would be doubled on the way to some servers. */
const targetPath = /^\/[^\u0000-\u001f\u007f\\]{0,1023}$/;
const climbs = /(?:^|\/)\.\.(?:\/|$)/;

/** Refuses what does not fit the closed grammar with InputInvalid that names the field. */
export function assertTarget(target: ExportTarget): void {
  const refuse = (field: string, rule: string) => {
    throw new Fault('InputInvalid', `The export target's ${field} ${rule}.`, { field });
  };
  if (!targetPath.test(target.path) || climbs.test(target.path))
    refuse('path', 'must be an absolute path without `..`, backslashes and control characters');
  if (target.kind === 'local') return;
  const { bwlimitKbps } = target;
  if (bwlimitKbps !== undefined && (!Number.isInteger(bwlimitKbps) || bwlimitKbps < 1))
    refuse('bwlimitKbps', 'must be a whole number of KiB/s');
  if (!isRemote(target)) return;
  if (!hostName.test(target.host) && !(target.host.includes(':') && ipv6.test(target.host)))
    refuse('host', 'must be a host name or an address');
  if (!userName.test(target.user)) refuse('user', 'must be a plain account name');
  if (!Number.isInteger(target.port) || target.port < 1 || target.port > 65_535)
    refuse('port', 'must be a number from 1 to 65535');
  for (const field of ['identityFile', 'knownHostsFile'] as const) {
    if (!optionPath.test(target[field]))
      refuse(field, 'must be an absolute path of letters, digits and ./@+=:,_- only');
  }
}

/** Refuses file names that leave the root directory or cannot be listed, with UnsafeName. */
export function assertRelativeFiles(files: readonly string[]): void {
  for (const file of files) {
    const isSafe = file !== '' && !file.startsWith('/') && !file.includes('\0') && !climbs.test(file);
    if (!isSafe || file.endsWith('/'))
      throw new Fault(
        'UnsafeName',
        `The file name ${JSON.stringify(file)} does not lie inside the export's root.`,
      );
  }
}

export const hostForRemote = (target: RsyncTarget) =>
  target.host.includes(':') ? `[${target.host}]` : target.host;
