// Finds TCP ports that nobody listens on. Another process may take one before its user binds it; servers then fail to start and say so.
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { Fault } from '../domain/fault.ts';

function listen(ip: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: ip, port, exclusive: true }, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Below the ports that the kernel gives to outgoing connections (32768 and up on Linux): none of those takes one before its user binds it. */
const [lowestPort, highestPort] = [20_000, 32_767];
const mostTries = 50;

async function listenSomewhere(ip: string): Promise<Server> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    try {
      return await listen(ip, randomInt(lowestPort, highestPort + 1));
    } catch {
      // Taken: another one.
    }
  }
  return await listen(ip, 0);
}

/** `count` different free ports on `ip`; all are held until the last one is found, so none is given twice. */
export async function freePorts(ip: string, count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listenSomewhere(ip)));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map(close));
  return ports;
}

/** One free port on `ip`. */
export async function freePort(ip: string): Promise<number> {
  const [port] = await freePorts(ip, 1);
  return port!;
}

/** True when `port` on `ip` can be bound now. */
export async function isPortFree(ip: string, port: number): Promise<boolean> {
  try {
    await close(await listen(ip, port));
    return true;
  } catch {
    return false;
  }
}

/**
 * Throws Fault ConfigInvalid for the first port that somebody listens on. Needed before a start: the readiness question would
 * be answered by the stranger.
 */
export async function refuseTakenPorts(ip: string, ports: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, port] of Object.entries(ports))
    if (!(await isPortFree(ip, port)))
      throw new Fault(
        'ConfigInvalid',
        `the ${name} port ${ip}:${port} is taken; end what listens there or choose another`,
        {
          port,
        },
      );
}
