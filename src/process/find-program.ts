// Finds a program on PATH before it is spawned, because behind a wrapper a missing one looks like any failed run.
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { Fault } from '../domain/fault.ts';

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Absolute path of a program. Fault ToolMissing when PATH has none of that name or the path is not executable. */
export async function findProgram(command: string, searchPath: string): Promise<string> {
  if (isAbsolute(command)) {
    if (await isProgram(command)) return command;
    throw new Fault('ToolMissing', `${command} does not exist or may not be executed.`);
  }
  if (command === '' || command.includes('/')) {
    throw new Fault('ToolMissing', `"${command}" is neither a program name nor an absolute path.`);
  }
  for (const directory of searchPath.split(delimiter)) {
    if (isAbsolute(directory) && (await isProgram(join(directory, command)))) return join(directory, command);
  }
  throw new Fault('ToolMissing', `There is no program ${command} on PATH.`);
}
