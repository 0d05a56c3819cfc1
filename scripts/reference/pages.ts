// The pages of docs/reference that are made, not written.
import { format } from 'prettier';
import { cliReference } from './cli.ts';
import { configReferencePage } from './config.ts';
import { documentsReference } from './documents.ts';
import { failuresReference } from './failures.ts';
import { messagesReference } from './messages.ts';

const pages: Record<string, () => string> = {
  cli: cliReference,
  config: configReferencePage,
  documents: documentsReference,
  failures: failuresReference,
  messages: messagesReference,
};

export interface ReferencePage {
  /** Relative to the root of the repository. */
  path: string;
  text: string;
}

/** Every page as it should stand in the repository. */
export function referencePages(): Promise<ReferencePage[]> {
  return Promise.all(
    Object.entries(pages).map(async ([name, render]) => ({
      path: `docs/reference/${name}.md`,
      text: await format(render(), { parser: 'markdown', printWidth: 110 }),
    })),
  );
}
