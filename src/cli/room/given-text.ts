// Texts that come from a flag, a file or standard input: addresses and secrets that should stand in no argument list.
import { readFile } from 'node:fs/promises';
import { Fault } from '../../domain/fault.ts';
import type { Invocation } from '../perform.ts';
import { readLines } from '../prompt.ts';

const mostBytes = 65_536;

/** What `--X`, `--X-file` or `--X-stdin` give for each name; standard input gives a line to each that asks for it, in this order. */
export async function givenTexts<Name extends string>(
  { terminal, flags }: Invocation,
  names: readonly Name[],
): Promise<Partial<Record<Name, string>>> {
  const lines = names.some((name) => flags[`${name}Stdin`] === true) ? await readLines(terminal) : [];
  const texts: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const { [name]: inline, [`${name}File`]: file, [`${name}Stdin`]: stdin } = flags;
    if ([inline, file, stdin].filter((source) => source !== undefined).length > 1)
      throw new Fault(
        'InputInvalid',
        `Give --${name} in one way: itself, --${name}-file or --${name}-stdin.`,
      );
    if (typeof inline === 'string') texts[name] = inline;
    else if (typeof file === 'string') texts[name] = notEmpty(await readText(file), file);
    else if (stdin === true) texts[name] = notEmpty(lines.shift() ?? '', 'standard input');
  }
  return texts;
}

async function readText(file: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    if (bytes.length <= mostBytes) return bytes.toString('utf8').trim();
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new Fault('NotFound', `The file ${file} cannot be read: ${code}.`, {
      remedy: 'Check the path and its permissions.',
    });
  }
  throw new Fault('InputInvalid', `The file ${file} is too large to be meant.`);
}

function notEmpty(text: string, from: string): string {
  if (text.trim() !== '') return text.trim();
  throw new Fault('InputInvalid', `There is nothing in ${from}.`);
}
