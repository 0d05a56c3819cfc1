// Translates what the file system answers into Faults; the only place in this room that knows errno names.
import { Fault, type FaultType, isFault } from '../domain/fault.ts';

const faultOfCode: Readonly<Record<string, FaultType>> = {
  ENOENT: 'NotFound',
  ENOSPC: 'DiskFull',
  EDQUOT: 'DiskFull',
  ENAMETOOLONG: 'UnsafeName',
  ELOOP: 'UnsafeName',
};

const sentences: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'a symbolic link stands in the way',
  EXDEV: 'source and target lie on different file systems',
  EROFS: 'the file system is read-only',
  EIO: 'the device reports an input/output error',
  ESTALE: 'the network file system has lost the file',
  EACCES: 'permission is denied',
  EPERM: 'the operation is not permitted',
};

export const errnoOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | null)?.code;

/** The Fault for an error of a file operation; `action` says what was done to what, for example `Writing downloaded/a.ts`. */
export function storageFault(error: unknown, action: string): unknown {
  if (isFault(error)) return error;
  const code = errnoOf(error);
  // Abort reasons and programming errors pass as they are.
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error;
  const sentence = `${action} failed: ${sentences[code] ?? code}.`;
  return new Fault(faultOfCode[code] ?? 'StorageFault', sentence, { errno: code }, { cause: error });
}

/** Runs a file operation and lets only Faults (and foreign errors) out. */
export async function asFault<T>(action: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw storageFault(error, action);
  }
}
