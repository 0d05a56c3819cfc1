// Documents on stdout for `--json`. The type parameter ties each call to a schema of contract/; tests parse what was printed.
import type { z } from 'zod';
import type { Terminal } from './terminal.ts';

/** Prints one document, indented on a terminal and on one line elsewhere. */
export function printJson<S extends z.ZodType>(terminal: Terminal, document: z.input<S>): void {
  terminal.out(JSON.stringify(document, null, terminal.isTerminal ? 2 : 0));
}

/**
 * Prints one document whose last field is a list that comes page by page: an entry a line, because a string cannot hold what
 * a plan of a country's cameras tells.
 */
export async function printJsonPages<Head extends object>(
  terminal: Terminal,
  { head, list, pages }: { head: Head; list: string; pages: AsyncIterable<readonly object[]> },
): Promise<void> {
  terminal.out(`${JSON.stringify(head).slice(0, -1)},${JSON.stringify(list)}:[`);
  let separator = '';
  for await (const page of pages) {
    if (page.length === 0) continue;
    terminal.out(separator + page.map((entry) => JSON.stringify(entry)).join('\n,'));
    separator = ',';
    if (terminal.isOutClosed?.()) return;
  }
  terminal.out(']}');
}
