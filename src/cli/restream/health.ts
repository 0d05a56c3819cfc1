// The health endpoint of `restream run`: GET /healthz answers 200 once every queue is served.
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Fault } from '../../domain/fault.ts';

export interface Health {
  /** `http://ip:port/healthz` */
  url: string;
  setReady(): void;
  stop(): Promise<void>;
}

/** @throws Fault InputInvalid */
export function healthAddress(value: unknown): { ip: string; port: number } {
  const [, ip = '', port = ''] =
    /^(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\]):(\d{1,5})$/i.exec(String(value)) ?? [];
  if (ip === '' || Number(port) > 65_535)
    throw new Fault(
      'InputInvalid',
      `--health takes ip:port such as 127.0.0.1:9180, not ${JSON.stringify(value)}.`,
    );
  return { ip: ip.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** Listens at once, answering 503 until `setReady`. @throws Fault ConfigInvalid when the port is taken */
export async function serveHealth({ ip, port }: { ip: string; port: number }): Promise<Health> {
  let isReady = false;
  const server = createServer((request, response) => {
    const isKnown = request.method === 'GET' && request.url === '/healthz';
    response.writeHead(isKnown ? (isReady ? 200 : 503) : 404, { 'content-type': 'application/json' });
    response.end(isKnown ? `${JSON.stringify({ ready: isReady })}\n` : '');
  });
  try {
    server.listen({ host: ip, port });
    await once(server, 'listening');
  } catch (error) {
    throw new Fault(
      'ConfigInvalid',
      `The health endpoint cannot listen at ${ip}:${port}: ${(error as Error).message}.`,
    );
  }
  return {
    url: `http://${ip.includes(':') ? `[${ip}]` : ip}:${(server.address() as AddressInfo).port}/healthz`,
    setReady: () => (isReady = true),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
