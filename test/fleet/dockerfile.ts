// Does what the Dockerfile says, as far as that needs no container: compiles, lays out the image's files, and tells its entry point.
import { readFileSync } from 'node:fs';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../../src/process/run-spec.ts';
import { runToSuccess } from '../setup/run-to-success.ts';
import { repository } from './compose-file.ts';

export interface ImageLayout {
  /** Where the image's `/app` lies here. */
  appDir: string;
  entrypoint: string[];
  environment: Record<string, string>;
}

interface Instruction {
  word: string;
  rest: string;
}

/** Instructions of the last stage, continuation lines joined. */
function lastStage(text: string): Instruction[] {
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ word: line.split(' ', 1)[0]!, rest: line.slice(line.indexOf(' ') + 1) }));
  return lines.slice(lines.findLastIndex(({ word }) => word === 'FROM'));
}

const pairs = (text: string): [string, string][] =>
  text.split(' ').map((pair) => pair.split('=') as [string, string]);

/** Compiles into `dir` and copies there what the last stage copies out of the build. */
export async function layOutImage({ run, dir }: { run: Run; dir: string }): Promise<ImageLayout> {
  const text = readFileSync(join(repository, 'Dockerfile'), 'utf8');
  if (!/^RUN npm run build$/m.test(text)) throw new Error('the Dockerfile does not build');
  const appDir = join(dir, 'app');
  await mkdir(appDir, { recursive: true });
  // Types are the business of `npm run check`.
  await runToSuccess(run, {
    command: join(repository, 'node_modules/.bin/tsc'),
    args: ['-p', join(repository, 'tsconfig.build.json'), '--outDir', join(appDir, 'dist'), '--noCheck'],
    cwd: repository,
  });
  const stage = lastStage(text);
  for (const { rest } of stage.filter(({ word }) => word === 'COPY')) {
    const match = /^--from=build \/app\/(\S+) (\S+)$/.exec(rest);
    if (!match) throw new Error(`COPY ${rest} is not understood here`);
    const [, source, target] = match;
    // Compiled above; installed already, though with what only development needs.
    if (source === 'dist') continue;
    const to = join(appDir, target === './' ? source! : target!);
    if (source === 'node_modules') await symlink(join(repository, source), to);
    else await cp(join(repository, source!), to, { recursive: true });
  }
  const entry = stage.findLast(({ word }) => word === 'ENTRYPOINT')!.rest;
  const environment = stage.filter(({ word }) => word === 'ENV').flatMap(({ rest }) => pairs(rest));
  return { appDir, entrypoint: JSON.parse(entry) as string[], environment: Object.fromEntries(environment) };
}
