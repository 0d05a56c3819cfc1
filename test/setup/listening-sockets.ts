// Which sockets a process and its descendants listen on, read from /proc.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** `pid` and everything below it. */
function familyOf(pid: number): Set<number> {
  const parents = new Map<number, number | undefined>();
  for (const name of readdirSync('/proc'))
    if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(Number(name)));
  const family = new Set([pid]);
  let size = 0;
  while (size !== family.size) {
    size = family.size;
    for (const [child, parent] of parents) if (parent !== undefined && family.has(parent)) family.add(child);
  }
  return family;
}

function socketInodes(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
}

/** `0100007F:1F90` in the kernel's table is 127.0.0.1:8080; version 6 addresses stay hexadecimal. */
function readable(address: string): string {
  const [host = '', port = ''] = address.split(':');
  const ip =
    host.length === 8
      ? host
          .match(/../g)!
          .reverse()
          .map((byte) => parseInt(byte, 16))
          .join('.')
      : host;
  return `${ip}:${parseInt(port, 16)}`;
}

const listenState: Readonly<Record<string, string>> = { tcp: '0A', tcp6: '0A', udp: '07', udp6: '07' };

/** Every listening socket as `tcp 127.0.0.1:8554`, sorted. */
export function listeningSockets(pid: number): string[] {
  const inodes = new Set([...familyOf(pid)].flatMap(socketInodes));
  const found = Object.entries(listenState).flatMap(([table, state]) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === state && inodes.has(fields[9]!))
      .map((fields) => `${table} ${readable(fields[1]!)}`),
  );
  return found.sort();
}
