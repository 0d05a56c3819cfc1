// Ports for a stack of a test's own: the usual ones are wanted by every stack that another test file starts at the same moment.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '../../src/embedded/free-ports.ts';
import { usualPorts } from '../../src/embedded/stack-ports.ts';

/** Writes them where `longtake up --data` finds them. */
export async function giveOwnPorts(dataDir: string): Promise<void> {
  const names = Object.keys(usualPorts);
  const ports = await freePorts('127.0.0.1', names.length);
  const own = Object.fromEntries(names.map((name, index) => [name, ports[index]]));
  await writeFile(join(dataDir, 'ports.json'), JSON.stringify(own));
}
