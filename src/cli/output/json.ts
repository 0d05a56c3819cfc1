// Documents on stdout for `--json`. The type parameter ties each call to a schema of contract/; tests parse what was printed.
import type { z } from 'zod';
import type { Terminal } from './terminal.ts';

/** Prints one document, indented on a terminal and on one line elsewhere. */
export function printJson<S extends z.ZodType>(terminal: Terminal, document: z.input<S>): void {
  terminal.out(JSON.stringify(document, null, terminal.isTerminal ? 2 : 0));
}
