// What processes cost: CPU time and memory of a process group, read from /proc.
import { readdir, readFile } from 'node:fs/promises';

export interface ProcessCost {
  cpuSeconds: number;
  /** Proportional set size: shared pages are counted once over all who share them. */
  memoryBytes: number;
}

/** Kernel ticks a second of `/proc/<pid>/stat`; 100 on every Linux that runs Node. */
const ticksPerSecond = 100;

/** All processes that are one of these, or belong to a group of that number. */
export async function costOf(ids: readonly number[]): Promise<ProcessCost> {
  const total = { cpuSeconds: 0, memoryBytes: 0 };
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const fields = await statOf(name);
    if (!fields || !(ids.includes(Number(name)) || ids.includes(fields.group))) continue;
    total.cpuSeconds += fields.ticks / ticksPerSecond;
    total.memoryBytes += await pssOf(name);
  }
  return total;
}

async function statOf(pid: string): Promise<{ parent: number; group: number; ticks: number } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The command in brackets may hold anything: fields are counted from behind it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 14) return undefined;
  return {
    parent: Number(fields[1]),
    group: Number(fields[2]),
    ticks: Number(fields[11]) + Number(fields[12]),
  };
}

async function pssOf(pid: string): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}

/** Ids of all processes below one. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    const fields = /^\d+$/.test(name) ? await statOf(name) : undefined;
    if (fields) parents.set(Number(name), fields.parent);
  }
  const below = (one: number): boolean => {
    const parent = parents.get(one);
    return parent !== undefined && parent !== 0 && (parent === pid || below(parent));
  };
  return [...parents.keys()].filter(below);
}
