// Writes a child's stdin; a child that closes it early is no error, a source that breaks is.
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Rejects only with an error of the source itself. */
export async function feedStdin(stdin: Writable, source: string | Readable): Promise<void> {
  let sourceError: Error | undefined;
  const readable = typeof source === 'string' ? Readable.from([source]) : source;
  readable.once('error', (error) => {
    sourceError = error;
  });
  try {
    await pipeline(readable, stdin);
  } catch (error) {
    // EPIPE and a premature close come from the child's end of the pipe and are told by its exit code.
    const code = (error as NodeJS.ErrnoException).code;
    const fromChild = code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET';
    if (sourceError && sourceError === error && !fromChild) throw error;
  }
}
