// Runs a demo for the pictures: waits for its result, hands out what it printed, stops it at the end.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface DemoRun {
  dataDir: string;
  /** Of the plan, or of the lecture. */
  id: string;
  uiUrl: string;
  /** What stays on a terminal: without the lines that are drawn over. */
  screen: string[];
  /** Stops the stack and removes its data. */
  stop(): Promise<void>;
}

const binary = fileURLToPath(new URL('../../bin/longtake.js', import.meta.url));

interface Demo {
  of: 'plan' | 'lecture';
  /** Stands in the pictures; must not exist. */
  dataDir: string;
  host: string;
}

const ids = { plan: /Plan (p-[0-9a-z-]+):/, lecture: /Lecture (l-[0-9a-z-]+) from/ };

export async function runDemo({ of, dataDir, host }: Demo): Promise<DemoRun> {
  const which = of === 'lecture' ? ['--lecture'] : [];
  const child = spawn(process.execPath, [binary, 'demo', ...which, '--keep', '--data', dataDir], {
    env: { ...process.env, LONGTAKE_HOST: host },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) {
      child.kill('SIGINT');
      await once(child, 'exit');
    }
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await untilResult(child, lines);
    const id = ids[of].exec(lines.join('\n'))?.[1];
    const uiUrl = /^Web UI: (\S+)/m.exec(lines.join('\n'))?.[1];
    if (!id || !uiUrl) throw new Error(`The demo ended without a result:\n${lines.join('\n')}`);
    const screen = lines.filter((line) => !/^[pl]-\S+ [a-z]+: /.test(line));
    return { dataDir, id, uiUrl, screen, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Both streams in the order in which they came; resolves when the demo says that it stays up. */
async function untilResult(child: ChildProcess, lines: string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      if (line.includes('Ctrl-C stops it')) resolve();
      else lines.push(line);
    });
  }
  child.once('exit', (code) =>
    reject(new Error(`The demo ended with code ${code}:\n${lines.slice(-20).join('\n')}`)),
  );
  await promise;
}
