// What a file system error of a transfer means.
import { Fault } from '../domain/fault.ts';

const fullCodes = ['ENOSPC', 'EDQUOT'];

/** A file system error as DiskFull or StorageFault; names the file, never its content. A Fault passes through untouched. */
export function storageFault(cause: unknown, path: string): Fault {
  if (cause instanceof Fault) return cause;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  if (fullCodes.includes(code))
    return new Fault('DiskFull', `No space left for ${path}.`, { code }, { cause });
  return new Fault(
    'StorageFault',
    `The file ${path} cannot be written: ${code || String(cause)}.`,
    { code },
    { cause },
  );
}
