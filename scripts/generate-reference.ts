// Writes docs/reference from what the program itself is made of; with --check it only says whether the pages are up to date.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { referencePages } from './reference/pages.ts';

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const page of await referencePages()) {
  const path = fileURLToPath(new URL(`../${page.path}`, import.meta.url));
  const current = await readFile(path, 'utf8').catch(() => '');
  if (current === page.text) continue;
  stale.push(page.path);
  if (!check) await writeFile(path, page.text);
}
if (stale.length === 0) process.stdout.write('The reference is up to date.\n');
else if (check) {
  process.stderr.write(`Out of date: ${stale.join(', ')}. Run: npm run docs\n`);
  process.exitCode = 1;
} else process.stdout.write(`Written: ${stale.join(', ')}.\n`);
