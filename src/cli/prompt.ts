// Questions on a terminal. Nothing here is called when nobody is there to answer.
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Terminal } from './output/terminal.ts';

/** Asks until the answer is not empty, or takes the default. */
export async function ask(terminal: Terminal, question: string, fallback?: string): Promise<string> {
  const reader = createInterface({ input: terminal.stdin, output: process.stderr });
  try {
    for (;;) {
      const answer = (await reader.question(`${question}${fallback ? ` [${fallback}]` : ''}: `)).trim();
      if (answer || fallback) return answer || (fallback ?? '');
    }
  } finally {
    reader.close();
  }
}

/** Asks without showing what is typed. */
export async function askHidden(terminal: Terminal, question: string): Promise<string> {
  terminal.draw(`${question}: `);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: terminal.stdin, output: nowhere, terminal: true });
  try {
    return await reader.question('');
  } finally {
    reader.close();
    terminal.draw('\n');
  }
}

/** The lines of standard input that are not empty, at most 1 MiB. */
export async function readLines(terminal: Terminal): Promise<string[]> {
  let text = '';
  for await (const chunk of terminal.stdin) {
    text += String(chunk);
    if (text.length > 1 << 20) break;
  }
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}
