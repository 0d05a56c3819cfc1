// Ports of an embedded stack: the usual ones where they are free, and the same ones again whenever its data directory is used.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts, isPortFree } from './free-ports.ts';

export interface StackPorts {
  temporal: number;
  temporalUi: number;
  rtsp: number;
  api: number;
  playback: number;
  gate: number;
  google: number;
}

/** What the servers use when nobody says otherwise. */
export const usualPorts: StackPorts = {
  temporal: 7233,
  temporalUi: 8233,
  rtsp: 8554,
  api: 9997,
  playback: 9996,
  gate: 9995,
  google: 9994,
};

/** Chooses the ports and remembers them in `<dataDir>/ports.json`, so that addresses survive a restart of the stack. */
export async function chooseStackPorts({
  dataDir,
  ip,
}: {
  dataDir: string;
  ip: string;
}): Promise<StackPorts> {
  const path = join(dataDir, 'ports.json');
  const wanted = { ...usualPorts, ...(await readPorts(path)) };
  const spare = await freePorts(ip, Object.keys(usualPorts).length);
  const ports = { ...wanted };
  for (const name of Object.keys(usualPorts) as (keyof StackPorts)[])
    if (!(await isPortFree(ip, wanted[name]))) ports[name] = spare.pop() ?? wanted[name];
  await writeFile(`${path}.new`, `${JSON.stringify(ports)}\n`);
  await rename(`${path}.new`, path);
  return ports;
}

async function readPorts(path: string): Promise<Partial<StackPorts>> {
  try {
    const stored = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    const valid = Object.entries(stored).filter(
      ([name, port]) =>
        name in usualPorts && Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536,
    );
    return Object.fromEntries(valid);
  } catch {
    return {};
  }
}
