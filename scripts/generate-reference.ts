// Writes docs/reference from what the program itself is made of; with --check it only says whether the pages are up to date.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { cliReference } from './reference/cli.ts';
import { configReferencePage } from './reference/config.ts';
import { documentsReference } from './reference/documents.ts';
import { failuresReference } from './reference/failures.ts';
import { messagesReference } from './reference/messages.ts';

const pages: Record<string, () => string> = {
  cli: cliReference,
  config: configReferencePage,
  documents: documentsReference,
  failures: failuresReference,
  messages: messagesReference,
};

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const [name, render] of Object.entries(pages)) {
  const path = fileURLToPath(new URL(`../docs/reference/${name}.md`, import.meta.url));
  const text = await format(render(), { parser: 'markdown', printWidth: 110 });
  const current = await readFile(path, 'utf8').catch(() => '');
  if (current === text) continue;
  stale.push(name);
  if (!check) await writeFile(path, text);
}
if (stale.length === 0) process.stdout.write('The reference is up to date.\n');
else if (check) {
  process.stderr.write(`Out of date: ${stale.join(', ')}. Run: npm run docs\n`);
  process.exitCode = 1;
} else process.stdout.write(`Written: ${stale.join(', ')}.\n`);
