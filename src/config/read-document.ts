// Reads a YAML or JSON file that a person wrote for a command; the configuration file itself is read in read-file.ts.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Fault } from '../domain/fault.ts';

/** What the file holds, unchecked. @throws Fault NotFound, InputInvalid; no message quotes the file */
export function readDocument(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Fault('NotFound', `The file ${path} cannot be read: ${code}.`, {
      remedy: 'Check the path and its permissions.',
    });
  }
  try {
    const { parse } = createRequire(import.meta.url)('yaml') as typeof import('yaml');
    return parse(text, { maxAliasCount: 100 });
  } catch (error) {
    const { linePos } = error as { linePos?: { line: number }[] };
    const where = linePos?.[0] ? ` at line ${linePos[0].line}` : '';
    throw new Fault('InputInvalid', `The file ${path} is neither YAML nor JSON${where}.`);
  }
}
