// Finds out which died-parent protection this host allows.
import { readlink } from 'node:fs/promises';
import { createRun } from './run.ts';
import { createWrapper, type ProcessWrapper } from './wrapper.ts';

/** Whether a child starts under this wrapper and, for namespaces, really gets one of its own. */
async function works(wrapper: ProcessWrapper): Promise<boolean> {
  const lines: string[] = [];
  try {
    const end = await createRun({ wrapper })({
      command: 'readlink',
      args: ['/proc/self/ns/pid'],
      signal: new AbortController().signal,
      timeoutSeconds: 5,
      onStdoutLine: (line) => lines.push(line),
    });
    if (end.exitCode !== 0) return false;
    const isOwn = lines[0] !== undefined && lines[0] !== (await readlink('/proc/self/ns/pid'));
    return isOwn || wrapper.protection === 'parentDeathSignal';
  } catch {
    return false;
  }
}

/** Probes this host once, strongest protection first. Never throws: a host without any of them gets `none`. */
export async function detectWrapper(): Promise<ProcessWrapper> {
  for (const protection of ['pidNamespace', 'userPidNamespace'] as const) {
    for (const hasInit of [true, false]) {
      const wrapper = createWrapper({ protection, hasInit });
      if (await works(wrapper)) return wrapper;
    }
  }
  const deathSignal = createWrapper({ protection: 'parentDeathSignal', hasInit: false });
  return (await works(deathSignal)) ? deathSignal : createWrapper({ protection: 'none', hasInit: false });
}
