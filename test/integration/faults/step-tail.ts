// Follows the step log of workers while they write it, and tells where a worker was when it died.
import { closeSync, openSync, readSync, watch, writeFileSync } from 'node:fs';

export interface Step {
  pid: number;
  /** `scan.before`, `publish.media.rename.after` */
  name: string;
}

export interface StepTail extends Disposable {
  steps: readonly Step[];
  /** Resolves in the same turn in which the first new line that fits is read. */
  next(fits: (step: Step) => boolean): Promise<Step>;
  /** Steps that this worker had begun and not ended, each once a line. */
  openSteps(pid: number): string[];
  /** Reads what was written since the last event. */
  read(): void;
}

export function tailSteps(path: string): StepTail {
  writeFileSync(path, '', { flag: 'a' });
  const file = openSync(path, 'r');
  const steps: Step[] = [];
  const waiting = new Set<{ fits: (step: Step) => boolean; resolve: (step: Step) => void }>();
  const buffer = Buffer.alloc(64 * 1024);
  let rest = '';
  const read = (): void => {
    for (let length = 0; (length = readSync(file, buffer)) > 0;) {
      const lines = (rest + buffer.toString('utf8', 0, length)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) note(line);
    }
  };
  const note = (line: string): void => {
    const [, pid = '', name = ''] = line.split(' ');
    const step = { pid: Number(pid), name };
    steps.push(step);
    for (const waiter of [...waiting]) {
      if (!waiter.fits(step)) continue;
      waiting.delete(waiter);
      waiter.resolve(step);
    }
  };
  const watcher = watch(path, read);
  return {
    steps,
    read,
    next: (fits) => new Promise((resolve) => waiting.add({ fits, resolve })),
    openSteps(pid) {
      read();
      const open: string[] = [];
      for (const { name } of steps.filter((step) => step.pid === pid)) {
        const step = name.replace(/\.(before|after)$/, '');
        if (name.endsWith('.before')) open.push(step);
        else if (open.includes(step)) open.splice(open.indexOf(step), 1);
      }
      return open;
    },
    [Symbol.dispose]() {
      watcher.close();
      closeSync(file);
    },
  };
}
