// What the tests of the fleet do with plans: cameras over HTTP, commands in a worker's container, files by machine.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CameraDayDocument, PlanDocument } from '../../src/contract/plan.ts';
import type { Archive } from '../fakes/archive.ts';
import type { Fleet, Machine } from './fleet.ts';

export const clipSeconds = 6;

/** Commands of `longtake` in a container of the worker service of one machine. */
export class Operator {
  readonly #fleet: Fleet;
  readonly #machine: Machine;

  constructor(fleet: Fleet, machine: Machine) {
    this.#fleet = fleet;
    this.#machine = machine;
  }

  run(args: string[], allowedExits = [0]): Promise<string[]> {
    return this.#fleet.runIn(this.#machine, { service: 'worker', args, allowedExits });
  }

  async addPlan(args: string[]): Promise<string> {
    const lines = await this.run(['plan', 'add', '--json', ...args]);
    return (JSON.parse(lines.join('')) as { id: string }).id;
  }

  /** Runs it to its end, whatever its result. */
  async runPlan(id: string): Promise<PlanDocument> {
    await this.run(['plan', 'run', id, '--wait', '--json'], [0, 1]);
    return this.showPlan(id);
  }

  async showPlan(id: string): Promise<PlanDocument> {
    return JSON.parse((await this.run(['plan', 'show', id, '--json'], [0, 1])).join('')) as PlanDocument;
  }
}

/** `10:00:00-10:00:18` for three segments. */
export const windowOf = (segments: number): string =>
  `10:00:00-10:00:${String(segments * clipSeconds).padStart(2, '0')}`;

export const segmentStartUnix = (date: string, index: number): number =>
  Date.parse(`${date}T10:00:00Z`) / 1000 + index * clipSeconds;

/** Puts the clips up as the segments of every camera from 10:00 UTC of `date` on. */
export function serveSegments(
  archive: Archive,
  { cameras, date, clips }: { cameras: readonly string[]; date: string; clips: readonly string[] },
): void {
  for (const camera of cameras)
    for (const [index, clip] of clips.entries())
      archive.serve(`/${camera}/${segmentStartUnix(date, index)}`, clip);
}

/** Published files of a machine (no scratch, no locks), relative to its media root. */
export async function publishedFiles(fleet: Fleet, machine: Machine): Promise<string[]> {
  const root = fleet.pathIn(machine, { service: 'worker', path: '/var/lib/longtake/media' });
  const listed = ['downloaded', 'merged'].map(async (top) => {
    const entries = await readdir(join(root, top), { recursive: true, withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  });
  return (await Promise.all(listed)).flat();
}

/** Segments and merged files that the document of a camera-day names. */
export const pathsOf = (day: CameraDayDocument): string[] => [
  ...day.segments.flatMap(({ path }) => path ?? []),
  ...day.merged,
  ...(day.coverage ? [day.coverage] : []),
];
