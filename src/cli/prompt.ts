// Questions on a terminal. Nothing here is called when nobody is there to answer.
import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Fault } from '../domain/fault.ts';
import type { Terminal } from './output/terminal.ts';

/** Asks until the answer is not empty, or takes the default. */
export async function ask(terminal: Terminal, question: string, fallback?: string): Promise<string> {
  const reader = createInterface({ input: terminal.stdin, output: process.stderr });
  try {
    for (;;) {
      const answer = (await answerOf(reader, `${question}${fallback ? ` [${fallback}]` : ''}: `)).trim();
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
    return await answerOf(reader, '');
  } finally {
    reader.close();
    terminal.draw('\n');
  }
}

/** One answer. Ctrl-C and the end of the input end the command: a question that is never answered would hang. */
function answerOf(reader: Interface, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const stop = (): void =>
      reject(
        new Fault('InputInvalid', 'Stopped at a question; nothing was changed.', {
          remedy: 'Start again, or give the flags.',
        }),
      );
    reader.once('SIGINT', stop).once('close', stop);
    reader.question(question).then(resolve, reject);
  });
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
