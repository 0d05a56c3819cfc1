// What a page about messages says of each: what it does, and how it is sent with the temporal CLI and from the Web UI.

/** @typeParam W types of the workflows that take the message */
export interface MessageDoc<W extends string = string> {
  workflow: W;
  kind: 'signal' | 'update' | 'query';
  name: string;
  /** An input to copy, as JSON; absent when the message takes none. */
  input?: object;
  /** What the fields of the input mean, and what is refused. */
  takes?: string;
  does: string;
}

/** The line to copy. */
export function temporalCommandOf({ kind, name, input }: MessageDoc, workflowId: string): string {
  const command = { signal: 'signal', update: 'update execute', query: 'query' }[kind];
  const inputFlag = input ? ` --input '${JSON.stringify(input)}'` : '';
  return `temporal workflow ${command} --workflow-id '${workflowId}' --name ${name}${inputFlag}`;
}

/** Where the Web UI offers the message, on the page of the workflow. */
export function webUiPathOf({ kind, name, input }: MessageDoc): string {
  const fields = input ? `input \`${JSON.stringify(input)}\`` : 'no input';
  if (kind === 'query') return `tab Queries, query type \`${name}\`, ${fields}`;
  return `the menu beside Request Cancellation, Send ${kind === 'signal' ? 'a Signal' : 'an Update'}, name \`${name}\`, ${fields}`;
}
